import type { Database } from 'better-sqlite3';
import type { Exclusion } from '../../domain/exclusion.js';
import type { ModelKey } from '../port.js';
import { prepareAnnotating, prepareAnnotations } from './write/annotations.js';
import { openDatabase, patientTimeoutMs, requireFile } from './file/database.js';
import { attempt } from './file/failure.js';
import { lockFile } from './file/file-lock.js';
import { placeFor } from './file/file-place.js';
import { prepareModels } from './rows/model-row.js';

/** A database opened for writing while no daemon runs. */
interface LoneWriter {
  readonly database: Database;
  close(): void;
}

/** Opens `path` as its only writer, creating the file if needed; throws StoreError, `locked` while a daemon runs. */
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

/** Exclusions of a database while no daemon runs. */
interface LoneExclusions {
  models(): readonly { readonly id: string; readonly key: ModelKey }[];
  of(key: ModelKey): readonly Exclusion[];
  add(key: ModelKey, exclusion: Omit<Exclusion, 'id'>): Exclusion;
  close(): void;
}

/** Opens an existing database as its only writer; throws StoreError, `locked` while a daemon runs, `missing` without a file. */
export function openLoneExclusions(path: string, migrationsDir: string): LoneExclusions {
  attempt(path, () => {
    requireFile(path);
  });
  const { database, close } = openLoneWriter(path, migrationsDir);
  const models = prepareModels(database);
  const { exclusions } = prepareAnnotations(database);
  const { exclude } = prepareAnnotating(database);
  return {
    models: () => attempt(path, () => models.all()),
    of: (key) => attempt(path, () => exclusions(key)),
    add: (key, exclusion) => attempt(path, () => exclude(key, exclusion)),
    close,
  };
}
