import { createReadStream } from 'node:fs';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'no such file',
  ELOOP: 'cannot be read: its symbolic links run in a circle',
};

/** Text of a file, or why there is none. */
export type FileText = { readonly text: string } | { readonly problem: string };

function sizeText(bytes: number): string {
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 10} KiB`;
}

/** Reads a UTF-8 file of at most `limit` bytes; also from what has no size, such as a pipe. */
export async function readText(path: string, limit: number): Promise<FileText> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) return { problem: `is larger than ${sizeText(limit)}` };
      chunks.push(chunk);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { problem: reasons[code] ?? `cannot be read: ${code}` };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { problem: 'is not UTF-8 text' };
  }
}
