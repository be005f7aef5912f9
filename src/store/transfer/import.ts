import type { Database } from 'better-sqlite3';
import { keysOf, tableOf } from '../../domain/table.js';
import type { MemoryReading } from '../port.js';
import { given, readNow } from '../read/reading.js';
import { describe } from '../sqlite/file/failure.js';
import { messageColumns } from '../rows/outbox-row.js';
import { vendorColumns } from '../rows/vendor-row.js';
import { openLoneWriter } from '../sqlite/lone-writer.js';
import { prepareHorizons } from '../sqlite/rows/horizon-row.js';
import { prepareHasHistory, prepareModels } from '../sqlite/rows/model-row.js';
import { prepareWrite } from '../sqlite/write/write.js';
import { modelKinds, type Row } from './history-kinds.js';
import { createIntake } from './import-intake.js';
import type { ImportTarget, Taken } from './import-model.js';
import { modelTables } from './sqlite-kinds.js';

function prepare(database: Database) {
  return {
    begins: database.prepare<[number, number]>('SELECT 1 FROM states WHERE model = ? AND starts = ?'),
    insert: database.prepare<[Row]>(`INSERT INTO models (id, first_seen, retired_at, watermark, last_success,
        input_tokens, output_tokens, version_changes, health, latest)
      VALUES (@id, @first_seen, @retired_at, @watermark, @last_success, @input_tokens, @output_tokens,
        @version_changes, @memory, @latest)`),
    replace: database.prepare<[Row]>(`UPDATE models SET first_seen = @first_seen, watermark = @watermark,
      last_success = @last_success, input_tokens = @input_tokens, output_tokens = @output_tokens,
      version_changes = @version_changes, health = @memory, latest = @latest WHERE key = @model`),
    moveBack: database.prepare<[Row]>(`UPDATE models SET first_seen = @first_seen,
      last_success = coalesce(last_success, @last_success), latest = coalesce(latest, @latest) WHERE key = @model`),
    // Oldest first, by id.
    sortNotes: [
      `CREATE TEMP TABLE sorted AS SELECT incident, at, author, text FROM notes WHERE incident IN (SELECT id
        FROM incidents WHERE model = @model AND opened_at < @until AND (closed_at IS NULL OR closed_at >= @until))
        ORDER BY at, id`,
      'DELETE FROM notes WHERE incident IN (SELECT incident FROM sorted)',
      'INSERT INTO notes (incident, at, author, text) SELECT incident, at, author, text FROM sorted ORDER BY rowid',
      'DROP TABLE sorted',
    ],
    missed: database.prepare<[Row]>(`INSERT INTO missed VALUES (@cause, @count)
      ON CONFLICT (cause) DO UPDATE SET count = count + excluded.count`),
    horizon: database.prepare<[Row]>(`INSERT INTO horizons VALUES (@name, @since)
      ON CONFLICT (name) DO UPDATE SET since = max(since, excluded.since)`),
    swept: database.prepare<[{ since: number }]>(
      "UPDATE horizons SET since = min(since, @since) WHERE name = 'swept'",
    ),
    hasChannels: database.prepare('SELECT 1 FROM channels'),
    notice: database.prepare<[Row]>('INSERT INTO notices (at, body) VALUES (@at, @body)'),
    channel: database.prepare<[Row]>(
      'INSERT INTO channels (name, read_to, memory) VALUES (@name, @read_to, @memory)',
    ),
    message: database.prepare<
      [Row]
    >(`INSERT INTO messages (${messageColumns}) VALUES (@id, @channel, @thread, @state,
      @created_at, @attempts, @next_at, @ended_at, @last_error, @body)`),
    vendor: database.prepare<[Row]>(`INSERT OR IGNORE INTO vendor_incidents (${vendorColumns})
      VALUES (@page, @id, @title, @impact, @started_at, @resolved_at, @first_seen, @seen_at, @link)`),
    oldest: database.prepare<[], number | null>('SELECT min(first_seen) FROM models').pluck(),
  };
}

function targetOf(database: Database): ImportTarget {
  const statements = prepare(database);
  const models = prepareModels(database);
  const hasHistory = prepareHasHistory(database);
  const horizons = prepareHorizons(database);
  const write = prepareWrite(database);
  const inserts = tableOf(keysOf(modelKinds), (type) => modelTables[type].insert(database));
  return {
    before: () => given({ oldest: statements.oldest.get() ?? null, horizons: horizons() }),
    find: (id) => given(models.find(id)),
    hasHistory: (key) => given(hasHistory(key)),
    begins: (key, from) => given(statements.begins.get(key, from) !== undefined),
    insertModel: (row) => given(Number(statements.insert.run(row).lastInsertRowid)),
    replaceModel: (row) => given(void statements.replace.run(row)),
    moveBack: (row) => given(void statements.moveBack.run(row)),
    write: (one) => given(void write.batch({ models: [one], missed: new Map() })),
    sortNotes(model, until) {
      for (const sql of statements.sortNotes) {
        const statement = database.prepare(sql);
        if (sql.includes('@')) statement.run({ model, until });
        else statement.run();
      }
      return given(undefined);
    },
    add(kind, row) {
      inserts[kind](row);
      return given(undefined);
    },
    addMissed: (row) => given(void statements.missed.run(row)),
    addHorizon: (row) => given(void statements.horizon.run(row)),
    hasChannels: () => given(statements.hasChannels.get() !== undefined),
    addNotice: (row) => given(Number(statements.notice.run(row).lastInsertRowid)),
    addChannel: (row) => given(void statements.channel.run(row)),
    addMessage: (row) => given(void statements.message.run(row)),
    addVendorIncident: (row) => given(void statements.vendor.run(row)),
    lowerSwept: (since) => given(statements.swept.run({ since }).changes > 0),
  };
}

/**
 * Imports a history file into the database at `path`, whole or not at all; existing data stay as they are. Throws
 * StoreError, and LineError for an invalid file.
 */
export async function importHistory(
  { path, migrationsDir, memory }: { path: string; migrationsDir: string; memory: MemoryReading },
  lines: AsyncIterable<readonly string[]>,
): Promise<readonly Taken[]> {
  const { database, close } = openLoneWriter(path, migrationsDir);
  try {
    database.exec('BEGIN IMMEDIATE');
    const intake = readNow(createIntake(targetOf(database), memory));
    for await (const some of lines) for (const line of some) readNow(intake.take(line));
    const taken = readNow(intake.finish());
    database.exec('COMMIT');
    return taken;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw describe(error, path);
  } finally {
    close();
  }
}
