import type { StoragePlace } from '../config/settings.js';
import type { Taken } from '../store/transfer/import-model.js';
import type { Rebuilt, RebuildOptions } from '../store/transfer/rebuilding.js';
import { modelMemory } from './model-memory.js';
import { packageFile } from './package-files.js';
import { postgresOptions } from './postgres-options.js';

type Listening = Omit<RebuildOptions, 'memory'>;

/** A whole history, in whichever store it is. Its methods reject with StoreError. */
export interface StoredHistory {
  /** The history of the models `ids`, or of all without ids, as text in pieces; a daemon may write meanwhile. */
  lines(ids: readonly string[]): AsyncIterable<string> | Iterable<string>;
  /** Imports lines, whole or not at all, while no daemon runs; rejects with LineError for invalid ones. */
  take(lines: AsyncIterable<readonly string[]>): Promise<readonly Taken[]>;
  /** Compares sums and states with the results; a daemon may write meanwhile. */
  compare(listening: Listening): Promise<Rebuilt>;
  /** Corrects the sums, while no daemon runs. */
  correct(listening: Listening): Promise<Rebuilt>;
}

/** The history at `place`; loads the code of this kind of store only, and opens nothing yet. */
export function storedHistory(place: StoragePlace): Promise<StoredHistory> {
  return place.kind === 'sqlite' ? inFile(place.path) : inDatabase(place);
}

async function inFile(path: string): Promise<StoredHistory> {
  const { exportHistory } = await import('../store/transfer/export.js');
  const { importHistory } = await import('../store/transfer/import.js');
  const { checkRollups, rebuildRollups } = await import('../store/transfer/rebuild.js');
  const file = { path, migrationsDir: packageFile('migrations'), memory: modelMemory };
  return {
    lines: (ids) => exportHistory(path, file.migrationsDir, ids),
    take: (lines) => importHistory(file, lines),
    compare: async (listening) => Promise.resolve(checkRollups({ ...file, ...listening })),
    correct: async (listening) => Promise.resolve(rebuildRollups({ ...file, ...listening })),
  };
}

async function inDatabase(place: Extract<StoragePlace, { kind: 'postgres' }>): Promise<StoredHistory> {
  const { exportPostgresHistory } = await import('../store/transfer/postgres-export.js');
  const { importPostgresHistory } = await import('../store/transfer/postgres-import.js');
  const { checkPostgresRollups, rebuildPostgresRollups } =
    await import('../store/transfer/postgres-rebuild.js');
  const { migrationsDir, ...connection } = postgresOptions(place);
  const schema = { connection, migrationsDir, memory: modelMemory };
  return {
    lines: (ids) => exportPostgresHistory(connection, migrationsDir, ids),
    take: (lines) => importPostgresHistory(schema, lines),
    compare: (listening) => checkPostgresRollups({ ...schema, ...listening }),
    correct: (listening) => rebuildPostgresRollups({ ...schema, ...listening }),
  };
}
