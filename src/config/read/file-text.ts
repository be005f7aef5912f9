import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { systemCodeOf } from '../../domain/thrown.js';

/** Maximum ms without data from a pipe. */
const silenceMs = 5_000;
const chunkBytes = 65_536;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'no such file',
  ELOOP: 'cannot be read: its symbolic links run in a circle',
  ETIMEDOUT: `cannot be read: nothing came through the pipe for ${silenceMs / 1_000} s`,
};

/** Text of a file, or the reason why it cannot be read. */
export type FileText = { readonly text: string } | { readonly problem: string };

/** Bytes of a file, or the reason why it cannot be read. */
export type FileBytes = { readonly bytes: Buffer } | { readonly problem: string };

function sizeText(bytes: number): string {
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 10} KiB`;
}

/** Reads to the end. A non-blocking pipe returns EAGAIN until its writer has written. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  let silentSince = performance.now();
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    try {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
      silentSince = performance.now();
    } catch (error) {
      if (systemCodeOf(error) !== 'EAGAIN') throw error;
      if (performance.now() - silentSince > silenceMs)
        throw Object.assign(new Error('the pipe is silent'), { code: 'ETIMEDOUT' });
      await wait(20);
    }
  }
}

/** Reads a file of at most `limit` bytes; also one without a size, such as a pipe. */
export async function readBytes(path: string, limit: number): Promise<FileBytes> {
  const chunks: Buffer[] = [];
  let size = 0;
  let file: FileHandle | null = null;
  try {
    // Non-blocking: opening a pipe without a writer would block a thread of the pool, and the stop, for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    for await (const chunk of chunksOf(file)) {
      size += chunk.length;
      if (size > limit) return { problem: `is larger than ${sizeText(limit)}` };
      chunks.push(chunk);
    }
  } catch (error) {
    const code = systemCodeOf(error) ?? 'unknown error';
    return { problem: reasons[code] ?? `cannot be read: ${code}` };
  } finally {
    await file?.close();
  }
  return { bytes: Buffer.concat(chunks) };
}

/** The same for UTF-8 text. */
export async function readText(path: string, limit: number): Promise<FileText> {
  const found = await readBytes(path, limit);
  if ('problem' in found) return found;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(found.bytes) };
  } catch {
    return { problem: 'is not UTF-8 text' };
  }
}
