import { existsSync } from 'node:fs';
import { codeOf } from './failure.js';
import { identityOf } from './file-place.js';
import { Database } from './sqlite.js';
import { StoreError } from '../../store-error.js';

/** Longer than `isLocked` holds its look at the lock, so that no look keeps a daemon from its start. */
const lookMs = 100;

/** True while a process has the right to write the database at `path`. */
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
   * Takes the lock again where its file was deleted or replaced, which lets others in; throws StoreError `locked` where another
   * process has it now.
   */
  keep(): void;
  release(): void;
}

/**
 * Takes the right to write `path`, or throws StoreError `locked`. The lock is an exclusive transaction on an
 * empty database beside it: the kernel drops it when the process dies, and readers of `path` never meet it.
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
