import { existsSync } from 'node:fs';
import { codeOf } from './failure.js';
import { identityOf } from './file-place.js';
import { Database } from './sqlite.js';
import { StoreError } from '../../store-error.js';

/** Longer than `isLocked` holds the lock for its test, so that a test never stops a daemon from starting. */
const lookMs = 100;

/** True while a process holds the write lock of the database at `path`. */
export function isLocked(path: string): boolean {
  const file = `${path}.lock`;
  if (!existsSync(file)) return false;
  const lock = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_BUSY') throw error;
    return true;
  } finally {
    lock.close();
  }
}

interface FileLock {
  /**
   * Takes the lock again where its file was deleted or replaced, which opens it to others; throws StoreError `locked`
   * where another process holds it now.
   */
  keep(): void;
  release(): void;
}

/**
 * Takes the write lock of `path`, or throws StoreError `locked`. The lock is an exclusive transaction on an empty
 * database beside it: the kernel releases it when the process dies, and it does not affect readers of `path`.
 */
export function lockFile(path: string): FileLock {
  let lock = take(path);
  let identity = identityOf(`${path}.lock`);
  return {
    keep() {
      if (identityOf(`${path}.lock`) === identity) return;
      const next = take(path);
      lock.close();
      lock = next;
      identity = identityOf(`${path}.lock`);
    },
    release: () => void lock.close(),
  };
}

function take(path: string): Database {
  const lock = new Database(`${path}.lock`, { timeout: lookMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (codeOf(error) !== 'SQLITE_BUSY') throw error;
    throw new StoreError(
      'locked',
      `${path} is in use by another modelpulse daemon; stop that one, or set another storage.path`,
    );
  }
  return lock;
}
