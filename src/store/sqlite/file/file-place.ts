import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The one true path of `path`, whatever links lead there; makes the file and its directory where there are none. */
export function placeFor(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) closeSync(openSync(path, 'a'));
  return realpathSync(path);
}

/** What a path leads to: device and inode; null where there is nothing. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** The write-ahead log of a database. */
export const logOf = (path: string): string => `${path}-wal`;

/** Removes the -wal and -shm of a file that is no longer there: SQLite would apply them to whatever takes its place. */
export function removeLog(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

/** Moves a database with its -wal and -shm out of the way; returns its new path. */
export function moveAside(path: string, now: number, why: 'corrupt' | 'replaced' = 'corrupt'): string {
  const aside = `${path}.${why}-${new Date(now).toISOString()}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/** Bytes of a database on disk, its WAL included. */
export async function bytesOnDisk(path: string): Promise<number> {
  const place = await realpath(path).catch(() => path);
  const sizes = await Promise.all([place, `${place}-wal`].map((file) => stat(file).catch(() => null)));
  return sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
}
