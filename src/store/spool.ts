import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Lines that are gathered at full speed and handed on at the speed of their reader. */
export interface Spool {
  add(line: string): void;
  /** Lines that were added. */
  readonly lines: number;
  /** All of them, in pieces of whole characters. */
  chunks(): Generator<string>;
  close(): void;
}

const chunkBytes = 65_536;
/** Bytes that are kept in memory; what comes on top goes through a file without a name. */
const memoryBytes = 4 * 1024 * 1024;

export function createSpool(): Spool {
  const inMemory: Buffer[] = [];
  let open: Buffer[] = [];
  let openBytes = 0;
  let keptBytes = 0;
  let lines = 0;
  let file: number | null = null;

  function cut(): void {
    if (openBytes === 0) return;
    const chunk = Buffer.concat(open);
    open = [];
    openBytes = 0;
    if (keptBytes < memoryBytes) {
      keptBytes += chunk.length;
      inMemory.push(chunk);
      return;
    }
    file ??= namelessFile();
    for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
  }

  return {
    add(line) {
      const bytes = Buffer.from(line);
      open.push(bytes);
      openBytes += bytes.length;
      lines += 1;
      if (openBytes >= chunkBytes) cut();
    },
    get lines() {
      return lines;
    },
    *chunks() {
      cut();
      for (const chunk of inMemory) yield chunk.toString();
      if (file === null) return;
      const buffer = Buffer.alloc(chunkBytes);
      const decoder = new TextDecoder();
      for (let at = 0; ;) {
        const length = readSync(file, buffer, 0, chunkBytes, at);
        if (length === 0) return;
        at += length;
        yield decoder.decode(buffer.subarray(0, length), { stream: true });
      }
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** A file that is gone with its descriptor, also after a crash. */
function namelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-export-'));
  try {
    return openSync(join(folder, 'spool'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
