import { createHash } from 'node:crypto';
import { readBytes, readText } from './file-text.js';
import type { FileBytes, FileText } from './file-text.js';

/** Files read for one configuration, each once, and the paths to watch. */
export interface Inputs {
  read(path: string, limit: number): Promise<FileText>;
  /** The same for a file that is not text. */
  readBytes(path: string, limit: number): Promise<FileBytes>;
  /** Also watches a directory, where files may be added. */
  watch(directory: string): void;
  /** The files read and the directories watched, absolute. */
  files(): string[];
  /** Changes when the content of any of the files does. */
  fingerprint(): string;
}

export function createInputs(): Inputs {
  const texts = new Map<string, Promise<FileText>>();
  const pictures = new Map<string, Promise<FileBytes>>();
  const digests = new Map<string, string>();
  const directories = new Set<string>();

  async function readBytesOnce(path: string, limit: number): Promise<FileBytes> {
    const found = await readBytes(path, limit);
    const content = 'bytes' in found ? found.bytes : found.problem;
    digests.set(path, createHash('sha256').update(content).digest('hex'));
    return found;
  }

  async function readOnce(path: string, limit: number): Promise<FileText> {
    const found = await readText(path, limit);
    digests.set(path, createHash('sha256').update(JSON.stringify(found)).digest('hex'));
    return found;
  }

  return {
    read(path, limit) {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const reading = readOnce(path, limit);
      texts.set(path, reading);
      return reading;
    },
    readBytes(path, limit) {
      const known = pictures.get(path);
      if (known !== undefined) return known;
      const reading = readBytesOnce(path, limit);
      pictures.set(path, reading);
      return reading;
    },
    watch: (directory) => void directories.add(directory),
    files: () => [...new Set([...texts.keys(), ...pictures.keys(), ...directories])].sort(),
    fingerprint: () =>
      createHash('sha256')
        .update(JSON.stringify([...digests].sort()))
        .digest('hex'),
  };
}
