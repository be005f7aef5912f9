import type { MemoryReading } from '../port.js';
import { textOf } from '../postgres/columns.js';
import { connect, type ConnectionOptions, type Database, type Sql } from '../postgres/database.js';
import { advanceHorizons, readHorizons } from '../postgres/horizon-rows.js';
import { requireAlone } from '../postgres/in-use.js';
import { migrate } from '../postgres/migrations.js';
import { createPartitions, type Partitions } from '../postgres/partitions.js';
import { hasHistorySql, prepareModels } from '../postgres/registry.js';
import { prepareBatchWrite, timesOf } from '../postgres/write/batch-write.js';
import { siftRows } from '../postgres/write/sifted-rows.js';
import { messageColumns } from '../rows/outbox-row.js';
import { vendorColumns } from '../rows/vendor-row.js';
import { answerOf, readOver, type Reading } from '../read/reading.js';
import type { ModelKind, Row } from './history-kinds.js';
import { createIntake } from './import-intake.js';
import { prepareAdding, wordsOf } from './postgres-import-rows.js';
import type { ImportTarget, Taken } from './import-model.js';

/** Key of the lock of an import: one at a time. */
const importLock = 0x6d70_756d;
/** Rows that are written at a time. */
const mostRows = 500;

const messageNames = messageColumns.split(', ');

/** The members of the line `model`, as columns of the table. */
const modelColumns = [
  'first_seen',
  'watermark',
  'last_success',
  'input_tokens',
  'output_tokens',
  'version_changes',
  'memory',
  'latest',
] as const;

/** The store in the open transaction. */
function createTarget(database: Database, sql: Sql, partitions: Partitions) {
  const table = (name: string): string => database.table(name);
  const adding = prepareAdding(database, partitions);
  const writeRows = prepareBatchWrite(database);
  const { find } = prepareModels(database);
  let waiting: { readonly kind: ModelKind; readonly rows: Row[] } | null = null;

  async function flush(): Promise<void> {
    const full = waiting;
    waiting = null;
    if (full !== null) await adding[full.kind](sql, full.rows);
  }
  function* changed(text: string, ...values: unknown[]): Reading<number> {
    yield* answerOf(flush());
    return (yield* answerOf(sql.run(text, values))).changes;
  }
  function* isTrue(condition: string, ...values: unknown[]): Reading<boolean> {
    yield* answerOf(flush());
    const { rows } = yield* answerOf(sql.run<{ found: boolean }>(`SELECT ${condition} AS found`, values));
    return rows[0]?.found === true;
  }
  const valuesOf = (row: Row): unknown[] => modelColumns.map((name) => row[name] ?? null);

  const target: ImportTarget = {
    *before() {
      const { rows } = yield* answerOf(
        sql.run<{ oldest: number | null }>(`SELECT min(first_seen) AS oldest FROM ${table('model')}`, []),
      );
      return { oldest: rows[0]?.oldest ?? null, horizons: yield* answerOf(readHorizons(database, sql)) };
    },
    *find(id) {
      yield* answerOf(flush());
      return yield* answerOf(find(sql, textOf(id)));
    },
    hasHistory: (key) => isTrue(hasHistorySql(database, '$1::int4'), key),
    begins: (key, from) =>
      isTrue(
        `EXISTS (SELECT 1 FROM ${table('state')} WHERE model = $1::int4 AND starts = $2::int8)`,
        key,
        from,
      ),
    *insertModel(row) {
      yield* answerOf(flush());
      const { rows } = yield* answerOf(
        sql.run<{ key: number }>(
          `INSERT INTO ${table('model')} (first_seen, watermark, last_success, input_tokens, output_tokens,
              version_changes, health, latest, id, retired_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING key`,
          [...valuesOf(row), wordsOf(row.id), row.retired_at],
        ),
      );
      return rows[0]?.key ?? 0;
    },
    *replaceModel(row) {
      yield* changed(
        `UPDATE ${table('model')} SET first_seen = $1, watermark = $2, last_success = $3, input_tokens = $4,
          output_tokens = $5, version_changes = $6, health = $7, latest = $8 WHERE key = $9`,
        ...valuesOf(row),
        row.model,
      );
    },
    *moveBack(row) {
      yield* changed(
        `UPDATE ${table('model')} SET first_seen = $1, last_success = coalesce(last_success, $2),
          latest = coalesce(latest, $3) WHERE key = $4`,
        row.first_seen,
        row.last_success,
        row.latest,
        row.model,
      );
    },
    *write(write) {
      yield* answerOf(flush());
      const { rows } = siftRows([write], []);
      yield* answerOf(partitions.ensure(timesOf(rows)));
      yield* answerOf(writeRows(sql, rows));
    },
    *sortNotes(key, until) {
      yield* changed(
        `WITH taken AS (
          DELETE FROM ${table('note')} WHERE incident IN (SELECT id FROM ${table('incident')}
            WHERE model = $1 AND opened_at < $2 AND (closed_at IS NULL OR closed_at >= $2))
          RETURNING id, incident, at, author, text
        )
        INSERT INTO ${table('note')} (incident, at, author, text)
        SELECT incident, at, author, text FROM taken ORDER BY at, id`,
        key,
        until,
      );
    },
    *add(kind, row) {
      if (waiting !== null && (waiting.kind !== kind || waiting.rows.length >= mostRows))
        yield* answerOf(flush());
      waiting ??= { kind, rows: [] };
      waiting.rows.push(row);
    },
    *addMissed(row) {
      yield* changed(
        `INSERT INTO ${table('missed')} AS stored VALUES ($1, $2)
          ON CONFLICT (cause) DO UPDATE SET count = stored.count + excluded.count`,
        row.cause,
        row.count,
      );
    },
    *addHorizon(row) {
      yield* answerOf(advanceHorizons(database, sql, { [String(row.name)]: Number(row.since) }));
    },
    hasChannels: () => isTrue(`EXISTS (SELECT 1 FROM ${table('channel')})`),
    *addNotice(row) {
      const { rows } = yield* answerOf(
        sql.run<{ id: number }>(`INSERT INTO ${table('notice')} (at, body) VALUES ($1, $2) RETURNING id`, [
          row.at,
          row.body,
        ]),
      );
      return rows[0]?.id ?? 0;
    },
    *addChannel(row) {
      yield* changed(
        `INSERT INTO ${table('channel')} (name, read_to, memory) VALUES ($1, $2, $3)`,
        wordsOf(row.name),
        row.read_to,
        row.memory,
      );
    },
    *addMessage(row) {
      yield* changed(
        `INSERT INTO ${table('message')} (${messageColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        ...messageNames.map((name) => (typeof row[name] === 'string' ? wordsOf(row[name]) : row[name])),
      );
    },
    *addVendorIncident(row) {
      yield* changed(
        `INSERT INTO ${table('vendor_incident')} (${vendorColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
          ON CONFLICT (page, id) DO NOTHING`,
        ...vendorColumns
          .split(', ')
          .map((name) => (typeof row[name] === 'string' ? wordsOf(row[name]) : row[name])),
      );
    },
    *lowerSwept(since) {
      const changes = yield* changed(
        `UPDATE ${table('horizon')} SET since = least(since, $1) WHERE name = 'swept'`,
        since,
      );
      return changes > 0;
    },
  };
  return { target, flush };
}

/**
 * Imports a history file into a schema, whole or not at all; existing data stay as they are. Rejects with StoreError, `locked`
 * while an instance uses the schema, and with LineError for an invalid file.
 */
export async function importPostgresHistory(
  {
    connection,
    migrationsDir,
    memory,
  }: { connection: ConnectionOptions; migrationsDir: string; memory: MemoryReading },
  lines: AsyncIterable<readonly string[]>,
): Promise<readonly Taken[]> {
  const database = await connect(connection);
  try {
    await requireAlone(database);
    await migrate(database, migrationsDir);
    const take = async (sql: Sql): Promise<readonly Taken[]> => {
      await sql.run(`SELECT pg_advisory_xact_lock(${importLock})`);
      // An instance that starts meanwhile waits where it says that it is there.
      await sql.run(`LOCK TABLE ${database.table('instance')} IN SHARE MODE`);
      await requireAlone(database, sql);
      const partitions = createPartitions(database, 0, (work) => work(sql));
      const { target, flush } = createTarget(database, sql, partitions);
      const intake = await readOver(createIntake(target, memory));
      for await (const some of lines) for (const line of some) await readOver(intake.take(line));
      const taken = await readOver(intake.finish());
      await flush();
      return taken;
    };
    // The lines may come as slowly as they are typed.
    return await database.transaction(take);
  } finally {
    await database.close();
  }
}
