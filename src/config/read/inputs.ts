import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { readBytes, readText } from './file-text.js';
import type { FileBytes, FileText } from './file-text.js';

/** Something that was read for a configuration, with the digest of its content. */
type Seen = { readonly digest: string } & (
  | { readonly kind: 'text' | 'bytes'; readonly path: string; readonly limit: number }
  | { readonly kind: 'matches'; readonly pattern: string; readonly directory: string }
);

/** Files read for one configuration, each once, and the paths to watch. */
export interface Inputs {
  read(path: string, limit: number): Promise<FileText>;
  /** The same for a file that is not text. */
  readBytes(path: string, limit: number): Promise<FileBytes>;
  /** Absolute paths of the files that a pattern matches, sorted. */
  match(pattern: string, directory: string): Promise<readonly string[]>;
  /** Also watches a directory, where files may be added. */
  watch(directory: string): void;
  /** The files read and the directories watched, absolute. */
  files(): string[];
  /** Changes when the content of any of the files does, or what the patterns match. */
  fingerprint(): string;
  /** Digests of all that was read, without the contents. */
  seen(): readonly Seen[];
  /** Reads what another load has read, until something differs; then resolves with false. */
  same(seen: readonly Seen[]): Promise<boolean>;
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('base64');
const textDigest = (found: FileText): string => sha256(JSON.stringify(found));
const bytesDigest = (found: FileBytes): string => sha256('bytes' in found ? found.bytes : found.problem);
const listDigest = (files: readonly string[]): string => sha256(JSON.stringify(files));

async function matching(pattern: string, directory: string): Promise<readonly string[]> {
  const found = await glob(pattern, { cwd: directory, absolute: true, expandDirectories: false });
  return found.map((file) => resolve(file)).sort();
}

/** Reads each file once, since a pipe gives its text only once. */
function createOnce<Found>(read: (path: string, limit: number) => Promise<Found>) {
  const known = new Map<string, Promise<Found>>();
  return (path: string, limit: number): Promise<Found> => {
    const reading = known.get(path) ?? read(path, limit);
    known.set(path, reading);
    return reading;
  };
}

/** `texts` stand in the place of files with these absolute paths, which nobody has to watch. */
export function createInputs(texts: ReadonlyMap<string, string> = new Map()): Inputs {
  const textOf = createOnce(async (path, limit) => {
    const text = texts.get(path);
    return text === undefined ? readText(path, limit) : { text };
  });
  const bytesOf = createOnce(readBytes);
  const seen = new Map<string, Seen>();
  const paths = new Set<string>();

  const digestNow = async (one: Seen): Promise<string> => {
    if (one.kind === 'matches') return listDigest(await matching(one.pattern, one.directory));
    const { kind, path, limit } = one;
    return kind === 'text' ? textDigest(await textOf(path, limit)) : bytesDigest(await bytesOf(path, limit));
  };

  return {
    async read(path, limit) {
      if (!texts.has(path)) paths.add(path);
      const found = await textOf(path, limit);
      const name = `text ${path}`;
      if (!seen.has(name)) seen.set(name, { kind: 'text', path, limit, digest: textDigest(found) });
      return found;
    },
    async readBytes(path, limit) {
      paths.add(path);
      const found = await bytesOf(path, limit);
      seen.set(`bytes ${path}`, { kind: 'bytes', path, limit, digest: bytesDigest(found) });
      return found;
    },
    async match(pattern, directory) {
      const found = await matching(pattern, directory);
      const digest = listDigest(found);
      seen.set(`matches ${directory} ${pattern}`, { kind: 'matches', pattern, directory, digest });
      return found;
    },
    watch: (directory) => void paths.add(directory),
    files: () => [...paths].sort(),
    fingerprint: () => sha256(JSON.stringify([...seen].map(([name, { digest }]) => [name, digest]).sort())),
    seen: () => [...seen.values()],
    async same(others) {
      for (const other of others) if ((await digestNow(other)) !== other.digest) return false;
      return true;
    },
  };
}
