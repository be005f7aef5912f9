import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../domain/thrown.js';
import { StoreError } from '../store-error.js';

/** A buffer for lines, written at full speed and read at the speed of the consumer. */
interface Spool {
  /** Throws StoreError `unavailable` when neither memory nor a file has room; so does `chunks`. */
  add(line: string): void;
  /** Number of lines added. */
  readonly lines: number;
  /** All lines, in pieces of whole characters. */
  chunks(): Generator<string>;
  close(): void;
}

const chunkBytes = 65_536;
/** Bytes kept in memory; the rest goes to unnamed files. */
const memoryBytes = 4 * 1024 * 1024;
/** Most bytes in memory when no folder is writable, so that a container sized for the daemon has room. */
const mostMemoryBytes = 64 * 1024 * 1024;

interface SpoolFile {
  readonly descriptor: number;
  bytes: number;
}

/** Creates a spool. Its file is in the first of `folders` that accepts it; when that one fails, in the next. */
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

  /** False when no folder accepts the chunk. A folder that fails is not used again; its data stay. */
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
      `the export of a model does not fit in memory, and no temporary file can be written: ${failures.join(', ')}; set TMPDIR to a folder with free space`,
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

/** A file that disappears with its descriptor, also after a crash. */
function namelessFile(folder: string): number {
  const own = mkdtempSync(join(folder, 'modelpulse-export-'));
  try {
    return openSync(join(own, 'spool'), 'wx+', 0o600);
  } finally {
    rmSync(own, { recursive: true });
  }
}
