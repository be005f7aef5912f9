import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openExisting } from '../sqlite/file/database.js';
import { describe } from '../sqlite/file/failure.js';
import type { Field, Stored } from './history-fields.js';
import {
  fileKinds,
  historyFormat,
  historyVersion,
  modelKinds,
  modelLine,
  type Row,
} from './history-kinds.js';
import { printableJson } from './printable-json.js';
import { createSpool } from './spool.js';
import { StoreError } from '../store-error.js';

function lineOf(type: string, line: object): string {
  return `${printableJson({ type, ...line })}\n`;
}

function shape(row: Row, members: Readonly<Record<string, Field>>): object {
  const line: Record<string, unknown> = {};
  for (const member in members) line[member] = members[member]?.write(row[member] ?? null);
  return line;
}

/**
 * The database as lines of text. Each model is copied in one transaction, which ends before its first line is yielded:
 * a reader that stalls does not stop a daemon from emptying its WAL.
 */
function* linesOf(database: Database, ids: readonly string[]): Generator<string> {
  let lines = 2;
  const keys = database
    .prepare<[], { key: number; id: string }>('SELECT key, id FROM models ORDER BY key')
    .all();
  const unknown = ids.find((id) => keys.every((model) => model.id !== id));
  if (unknown !== undefined) {
    const known = keys.map(({ id }) => id).join(', ') || 'none';
    throw new StoreError('unknown_model', `no model ${unknown} in the database; it has ${known}`);
  }
  const kinds = Object.entries(modelKinds).map(([type, { select, members }]) => ({
    type,
    members,
    rows: database.prepare<[{ model: number }], Record<string, Stored>>(select),
  }));
  const models = database.prepare<[{ model: number }], Record<string, Stored>>(modelLine.select);

  yield lineOf('header', { format: historyFormat, version: historyVersion });
  for (const { key, id } of keys) {
    if (ids.length > 0 && !ids.includes(id)) continue;
    // In a container the database's directory may be the only writable one.
    const spool = createSpool([tmpdir(), dirname(database.name)]);
    try {
      database.exec('BEGIN');
      try {
        const row = models.get({ model: key });
        // Retention may have deleted it meanwhile.
        if (row === undefined) continue;
        spool.add(lineOf('model', shape(row, modelLine.members)));
        for (const { type, rows, members } of kinds) {
          for (const each of rows.iterate({ model: key })) {
            spool.add(lineOf(type, { model: row.id, ...shape(each, members) }));
          }
        }
      } finally {
        database.exec('COMMIT');
      }
      lines += spool.lines;
      yield* spool.chunks();
    } finally {
      spool.close();
    }
  }
  // Last, since retention may have continued: they hold the horizons of all models above.
  for (const [type, { select, members }] of Object.entries(fileKinds)) {
    if (type === 'missed' && ids.length > 0) continue;
    for (const row of database.prepare<[], Record<string, Stored>>(select).all()) {
      lines += 1;
      yield lineOf(type, shape(row, members));
    }
  }
  yield lineOf('end', { lines });
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
    yield* linesOf(database, ids);
  } catch (error) {
    throw describe(error, path);
  } finally {
    database.close();
  }
}
