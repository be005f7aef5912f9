import { createHash } from 'node:crypto';
import { readText } from './file-text.js';
import type { FileText } from './file-text.js';

/** Files read for one configuration, each once, and the paths to watch. */
export interface Inputs {
  read(path: string, limit: number): Promise<FileText>;
  /** Also watches a directory, where files may be added. */
  watch(directory: string): void;
  /** The files read and the directories watched, absolute. */
  files(): string[];
  /** Changes when the content of any of the files does. */
  fingerprint(): string;
}

export function createInputs(): Inputs {
  const texts = new Map<string, Promise<FileText>>();
  const digests = new Map<string, string>();
  const directories = new Set<string>();

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
    watch: (directory) => void directories.add(directory),
    files: () => [...texts.keys(), ...directories].sort(),
    fingerprint: () =>
      createHash('sha256')
        .update(JSON.stringify([...digests].sort()))
        .digest('hex'),
  };
}
