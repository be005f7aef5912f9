import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openToRead } from './database.js';
import { attempt } from './failure.js';
import { StoreError } from '../store-error.js';

/** Throws StoreError `missing` when there is no database at `path`. */
export function requireFile(path: string): void {
  if (existsSync(path)) return;
  throw new StoreError('missing', `there is no database at ${resolve(path)}; start the daemon first`);
}

/** Opens the database at `path` to read it beside the daemon; throws StoreError, `missing` when there is none. */
export function openExisting(path: string, migrationsDir: string): Database {
  return attempt(path, () => {
    requireFile(path);
    return openToRead(path, migrationsDir);
  });
}
