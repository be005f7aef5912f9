import type { Database } from 'better-sqlite3';
import { openDatabase, patientTimeoutMs } from './database.js';
import { attempt } from './failure.js';
import { lockFile } from './file-lock.js';
import { placeFor } from './file-place.js';

/** A database that is written while no daemon runs. */
export interface LoneWriter {
  readonly database: Database;
  close(): void;
}

/** Takes the daemon's place as the one writer of `path`, making the file where there is none; throws StoreError, `locked` while a daemon runs. */
export function openLoneWriter(path: string, migrationsDir: string): LoneWriter {
  return attempt(path, () => {
    const place = placeFor(path);
    const lock = lockFile(place);
    try {
      const database = openDatabase(place, migrationsDir, patientTimeoutMs);
      return {
        database,
        close() {
          database.close();
          lock.release();
        },
      };
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}
