import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { keysOf, tableOf } from '../../domain/table.js';
import { given } from '../read/reading.js';
import { openExisting } from '../sqlite/file/database.js';
import { describe } from '../sqlite/file/failure.js';
import { modelKinds, type Row } from './history-kinds.js';
import { historyLines, type ExportSource, type MomentRows } from './history-lines.js';
import { fileSelects, modelSelect, modelTables, outboxSelects } from './sqlite-kinds.js';

function sourceOf(database: Database): ExportSource {
  const selects = tableOf(keysOf(modelKinds), (type) =>
    database.prepare<[{ model: number }], Row>(modelTables[type].select),
  );
  const model = database.prepare<[{ model: number }], Row>(modelSelect);
  const rows: MomentRows = {
    model: (key) => given(model.get({ model: key })),
    eachRow(kind, key, take) {
      for (const row of selects[kind].iterate({ model: key })) take(row);
      return given(undefined);
    },
    eachOutboxRow(kind, take) {
      for (const row of database.prepare<[], Row>(outboxSelects[kind]).iterate()) take(row);
      return given(undefined);
    },
  };
  return {
    // In a container the database's directory may be the only writable one.
    folders: [tmpdir(), dirname(database.name)],
    models: () =>
      given(
        database.prepare<[], { key: number; id: string }>('SELECT key, id FROM models ORDER BY key').all(),
      ),
    *atOnce(work) {
      database.exec('BEGIN');
      try {
        yield* work(rows);
      } finally {
        database.exec('COMMIT');
      }
    },
    fileRows: (kind) => given(database.prepare<[], Row>(fileSelects[kind]).all()),
  };
}

/**
 * The history of the models `ids`, or of all without ids, as NDJSON in pieces of some 64 KiB; a daemon may write the
 * file meanwhile. Throws StoreError.
 */
export function* exportHistory(
  path: string,
  migrationsDir: string,
  ids: readonly string[],
): Generator<string, void> {
  const database = openExisting(path, migrationsDir);
  try {
    for (const piece of historyLines(sourceOf(database), ids)) if (typeof piece === 'string') yield piece;
  } catch (error) {
    throw describe(error, path);
  } finally {
    database.close();
  }
}
