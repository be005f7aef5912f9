import type { Database } from 'better-sqlite3';
import { StoreError } from '../../store-error.js';
import { openToRead } from './database.js';
import { isDamage } from './failure.js';
import { Database as Sqlite } from './sqlite.js';

/** The models with their memory, which changes with each result. */
const rowsOf = (database: Database): IterableIterator<unknown[]> =>
  database.prepare<[], unknown[]>('SELECT * FROM models ORDER BY key').raw().iterate();

/** The next row as text; null behind the last one. */
function nextOf(rows: Iterator<unknown[]>): string | null {
  const next = rows.next();
  return next.done === true ? null : JSON.stringify(next.value);
}

function haveSameModels(one: Database, other: Database): boolean {
  const [left, right] = [rowsOf(one), rowsOf(other)];
  try {
    for (;;) {
      const [row, same] = [nextOf(left), nextOf(right)];
      if (row !== same) return false;
      if (row === null) return true;
    }
  } finally {
    left.return?.();
    right.return?.();
  }
}

/**
 * True when the database at `path` has what `open` has, so that writes can go on there. False for a database that is not
 * readable as one of this release, and where `open` cannot be read any more; throws where the one at `path` may be
 * readable later.
 */
export function isCopy(open: Database, path: string, migrationsDir: string): boolean {
  let found: Database | null = null;
  try {
    found = openToRead(path, migrationsDir);
    // Separately: an error of this one may pass.
    found.prepare('SELECT count(*) FROM models').get();
  } catch (error) {
    found?.close();
    if (isDamage(error) || error instanceof StoreError) return false;
    throw error;
  }
  try {
    return haveSameModels(open, found);
  } catch {
    // Mostly the open one, whose disk is gone.
    return false;
  } finally {
    found.close();
  }
}

/** Saves the -wal of the database at `path` to its file; false where a reader prevents it, or no database is readable. */
export function isLogSavedAt(path: string): boolean {
  try {
    const database = new Sqlite(path, { fileMustExist: true, timeout: 0 });
    try {
      return database.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}
