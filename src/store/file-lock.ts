import { codeOf } from './failure.js';
import { Database } from './sqlite.js';
import { StoreError } from './store-error.js';

/**
 * Takes the right to write `path`, or throws StoreError `locked` at once. The lock is an exclusive transaction on an
 * empty database beside it: the kernel drops it when the process dies, and readers of `path` never meet it.
 */
export function lockFile(path: string): { release(): void } {
  const lock = new Database(`${path}.lock`, { timeout: 0 });
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
  return { release: () => lock.close() };
}
