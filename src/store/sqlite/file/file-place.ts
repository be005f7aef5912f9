import { closeSync, existsSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../make-folder.js';

/** Resolves all links of `path`; creates the file and its directory where they do not exist. */
export function placeFor(path: string): string {
  makeFolder(dirname(path));
  if (!existsSync(path)) closeSync(openSync(path, 'a'));
  return realpathSync(path);
}

/** Device and inode of a path; null where nothing exists. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Device of a path; null where nothing exists. */
export function deviceOf(path: string): string | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.dev.toString() ?? null;
}

/** The write-ahead log of a database. */
export const logOf = (path: string): string => `${path}-wal`;

/** Removes the -wal and -shm of a file that no longer exists: SQLite would apply them to the next file at the path. */
export function removeLog(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

/** Renames a database with its -wal and -shm; returns its new path. */
export function moveAside(path: string, now: number, why: 'corrupt' | 'replaced' = 'corrupt'): string {
  const aside = `${path}.${why}-${new Date(now).toISOString()}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/** Renames the -wal at `path` alone, which may be that of another database; returns its new path, or null where there is none. */
export function moveLogAside(path: string, now: number): string | null {
  if (!existsSync(logOf(path))) return null;
  const aside = `${logOf(path)}.replaced-${new Date(now).toISOString()}`;
  renameSync(logOf(path), aside);
  return aside;
}

/** Bytes of a database on disk, its WAL included. */
export async function bytesOnDisk(path: string): Promise<number> {
  const place = await realpath(path).catch(() => path);
  const sizes = await Promise.all([place, `${place}-wal`].map((file) => stat(file).catch(() => null)));
  return sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
}
