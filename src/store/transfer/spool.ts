import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../domain/thrown.js';
import { StoreError } from '../store-error.js';

/** Lines that are gathered at full speed and handed on at the speed of their reader. */
interface Spool {
  /** Throws StoreError `unavailable` when there is no place for the line. */
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
/** Bytes that are kept in memory where no folder takes a file: less than a container has that only runs the daemon. */
const mostMemoryBytes = 64 * 1024 * 1024;

interface SpoolFile {
  readonly descriptor: number;
  bytes: number;
}

/** A spool whose file is in the first of `folders` that takes it. */
export function createSpool(folders: readonly string[]): Spool {
  const pieces: (Buffer | SpoolFile)[] = [];
  const failures: string[] = [];
  let file: SpoolFile | null = null;
  let open: Buffer[] = [];
  let openBytes = 0;
  let keptBytes = 0;
  let lines = 0;

  function keep(chunk: Buffer): void {
    keptBytes += chunk.length;
    pieces.push(chunk);
  }

  /** False when no folder takes the chunk. A folder that fails is left; what is in it already stays. */
  function toFile(chunk: Buffer): boolean {
    for (let folder; (folder = folders[failures.length]) !== undefined; file = null) {
      try {
        if (file === null) pieces.push((file = { descriptor: namelessFile(folder), bytes: 0 }));
        for (let done = 0; done < chunk.length;)
          done += writeSync(file.descriptor, chunk, done, chunk.length - done, file.bytes + done);
        file.bytes += chunk.length;
        return true;
      } catch (error) {
        failures.push(`${folder} (${messageOf(error)})`);
      }
    }
    return false;
  }

  function cut(): void {
    if (openBytes === 0) return;
    const chunk = Buffer.concat(open);
    open = [];
    openBytes = 0;
    if (keptBytes < memoryBytes) {
      keep(chunk);
      return;
    }
    if (toFile(chunk)) return;
    if (keptBytes < mostMemoryBytes) {
      keep(chunk);
      return;
    }
    throw new StoreError(
      'unavailable',
      `what is exported of a model does not fit in memory, and no folder takes it: ${failures.join(', ')}; set TMPDIR to one that can be written`,
    );
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
      const decoder = new TextDecoder();
      const buffer = Buffer.alloc(chunkBytes);
      for (const piece of pieces) {
        if (Buffer.isBuffer(piece)) {
          yield piece.toString();
          continue;
        }
        for (let at = 0; at < piece.bytes;) {
          const length = readSync(piece.descriptor, buffer, 0, Math.min(chunkBytes, piece.bytes - at), at);
          at += length;
          yield decoder.decode(buffer.subarray(0, length), { stream: true });
        }
      }
    },
    close() {
      file = null;
      for (const piece of pieces.splice(0)) if (!Buffer.isBuffer(piece)) closeSync(piece.descriptor);
    },
  };
}

/** A file that is gone with its descriptor, also after a crash. */
function namelessFile(folder: string): number {
  const own = mkdtempSync(join(folder, 'modelpulse-export-'));
  try {
    return openSync(join(own, 'spool'), 'wx+', 0o600);
  } finally {
    rmSync(own, { recursive: true });
  }
}
