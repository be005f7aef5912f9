import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLatencyFunctions } from '../../latency-blob.js';
import { StoreError } from '../../store-error.js';
import { attempt } from './failure.js';
import { listMigrations } from '../../migration-files.js';
import { migrate, refuseNewer, versionOf } from './migrations.js';
import { Database } from './sqlite.js';

/** Application id in the file's header: `mpul`. */
export const applicationId = 0x6d70756c;
/** A daemon retries a locked database later instead of waiting: its reads wait behind its writes. */
const busyTimeoutMs = 50;
/** At the start there is no other work, and a program beside the daemon seldom holds its lock for longer. */
export const patientTimeoutMs = 5_000;

/** The order matters: the vacuum mode must be set before WAL writes the first page. */
const pragmas: readonly (readonly [name: string, set: string, expected: unknown])[] = [
  ['auto_vacuum', 'INCREMENTAL', 2],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['wal_autocheckpoint', '1000', 1000],
  ['journal_size_limit', '16777216', 16_777_216],
  ['cache_size', '-4000', -4000],
];

/**
 * Opens or creates the database for its only writer, with its schema up to date; waits up to 5 s for a lock that
 * another program holds. Afterwards a statement waits for `timeoutMs`.
 */
export function openDatabase(path: string, migrationsDir: string, timeoutMs = busyTimeoutMs): Database {
  return opened(new Database(path, { timeout: patientTimeoutMs }), (database) => {
    refuseForeign(database);
    refuseNewer(path, versionOf(database), listMigrations(migrationsDir).length);
    for (const [name, set, expected] of pragmas) {
      database.pragma(`${name} = ${set}`);
      const actual = database.pragma(name, { simple: true });
      if (actual !== expected) {
        throw new StoreError(
          'unavailable',
          `cannot use ${path}: ${name} stays ${String(actual)} instead of ${set}`,
        );
      }
    }
    const { merge, observe } = createLatencyFunctions();
    database.function('merge_latency', { deterministic: true }, merge);
    database.function('observe_latency', { deterministic: true }, observe);
    migrate(database, migrationsDir);
    database.pragma(`busy_timeout = ${timeoutMs}`);
  });
}

/** Opens an existing database read-only, whether a daemon writes it or not. */
export function openToRead(path: string, migrationsDir: string): Database {
  return opened(
    new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs }),
    (database) => {
      refuseForeign(database);
      const known = listMigrations(migrationsDir).length;
      const version = versionOf(database);
      refuseNewer(path, version, known);
      if (version === known) return;
      // What a first start leaves that failed, for example on a full disk.
      if (version === 0 && isEmpty(database)) {
        throw new StoreError(
          'missing',
          `${path} is empty: no daemon has used it yet; start the daemon first`,
        );
      }
      throw new StoreError(
        'older',
        `${path} was written by an older modelpulse (schema ${version}, this one reads ${known}); start the daemon once to upgrade it`,
      );
    },
  );
}

function opened(database: Database, prepare: (database: Database) => void): Database {
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
}

function refuseForeign(database: Database): void {
  const id = database.pragma('application_id', { simple: true });
  if (id === applicationId) return;
  if (id === 0 && isEmpty(database)) return;
  throw new StoreError(
    'foreign',
    `${database.name} is the database of another program; set another storage.path`,
  );
}

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
