import { tmpdir } from 'node:os';
import { dayMs, hourMs } from '../../domain/period.js';
import { checkRowOf, type CheckColumns } from '../postgres/check-columns.js';
import { connect, type ConnectionOptions, type Database, type Sql } from '../postgres/database.js';
import { daySlices } from '../postgres/day-slices.js';
import { described } from '../postgres/failure.js';
import { readHorizons, type AllHorizons } from '../postgres/horizon-rows.js';
import { requireSchema } from '../postgres/migrations.js';
import { isShown, withoutOldTexts } from '../postgres/read/result-query.js';
import { answerOf, readOver } from '../read/reading.js';
import { inMaintenance, usualStatus, whileStalled, type CheckRow } from '../rows/check-row.js';
import { messageColumns } from '../rows/outbox-row.js';
import { histogramNames, sumNames } from '../rows/rollup-row.js';
import { vendorColumns } from '../rows/vendor-row.js';
import type { FileKind, ModelKind, OutboxKind, Row } from './history-kinds.js';
import { historyLines, type ExportSource, type MomentRows } from './history-lines.js';

/** Rows of the outbox that are read at a time. */
const outboxPage = 200;

function memberRow(row: CheckRow): Row {
  return {
    slot: row.slot,
    kind: row.flags % inMaintenance,
    maintenance: (row.flags & inMaintenance) === 0 ? 0 : 1,
    stalled: (row.flags & whileStalled) === 0 ? null : 1,
    started_at: row.slot + row.delay,
    outcome: row.outcome,
    reason: row.reason,
    duration_ms: row.duration,
    first_token_ms: row.first_token,
    speed: row.speed,
    http_status: row.http === null ? null : row.http + usualStatus,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    key: row.key_index,
    cost: row.cost,
    detail: row.detail,
    response: row.response,
    response_model: row.response_model,
    phases: row.phases,
  };
}

/** Takes the results of a model that retention has left, oldest first, a day at a time. */
export async function eachCheck(
  database: Database,
  sql: Sql,
  { key, since }: { readonly key: number; readonly since: number },
  horizons: AllHorizons,
  take: (row: CheckRow) => void,
): Promise<void> {
  const [slices = []] = await daySlices(database, sql, [{ from: since, to: Infinity }]);
  for (const { day, from, to } of slices) {
    const { rows } = await sql.run<CheckColumns>(
      `SELECT day, slot, code, duration, tokens, rest, cost FROM ${database.table('check_result')}
        WHERE model = $1 AND day = $2::int2 AND slot >= $3 AND slot < $4 ORDER BY slot`,
      [key, day, from, to],
    );
    for (const columns of rows) {
      const row = checkRowOf(columns);
      if (isShown(row, horizons)) take(withoutOldTexts(row, horizons.details));
    }
  }
}

/** Selects the rows of the model $1 in order, each column named as its member. */
function selectsOf(database: Database): Readonly<Record<Exclude<ModelKind, 'result'>, string>> {
  const from = (name: string): string => `FROM ${database.table(name)} WHERE model = $1 ORDER BY`;
  const sums = sumNames.map((name) => `coalesce(${name}, 0) AS ${name}`).join(', ');
  const rollup = (name: string, unit: number): string =>
    `SELECT span * ${unit}::int8 AS "from", ${sums}, cost, ${histogramNames.join(', ')} ${from(name)} span`;
  return {
    epoch: `SELECT starts AS "from", settings ${from('epoch')} starts`,
    maintenance: `SELECT starts AS "from", ends AS "to" ${from('maintenance')} starts`,
    gap: `SELECT slot ${from('gap')} slot`,
    state: `SELECT starts AS "from", state, reason ${from('state')} starts`,
    incident: `SELECT opened_at, closed_at, reason, blame, checks_failed, last_detail ${from('incident')} opened_at`,
    note: `SELECT opened_at AS incident, at, author, text FROM ${database.table('note')} AS note
      JOIN ${database.table('incident')} AS incident ON incident.id = note.incident
      WHERE model = $1 ORDER BY opened_at, note.id`,
    acknowledgement: `SELECT opened_at AS incident, at, author, note, ends
      FROM ${database.table('acknowledgement')} AS given
      JOIN ${database.table('incident')} AS incident ON incident.id = given.incident
      WHERE model = $1 ORDER BY opened_at`,
    exclusion: `SELECT starts AS "from", ends AS "to", reason, created_at ${from('exclusion')} id`,
    hour: rollup('hour_rollup', hourMs),
    day: rollup('day_rollup', dayMs),
    total: `SELECT outcome, reason, count ${from('total')} outcome, reason`,
  };
}

function sourceOf(database: Database): ExportSource {
  const table = (name: string): string => database.table(name);
  const selects = selectsOf(database);
  const files: Readonly<Record<FileKind, string>> = {
    missed: `SELECT cause, count FROM ${table('missed')} ORDER BY cause`,
    horizon: `SELECT name, since FROM ${table('horizon')} WHERE name IN ('checks', 'days', 'hours', 'swept')
      ORDER BY name`,
  };
  const leastRead = `(SELECT min(read_to) FROM ${table('channel')})`;
  // A page behind $1.
  const outbox: Readonly<Record<OutboxKind, string>> = {
    notice: `SELECT id AS place, id - ${leastRead} AS id, at, body FROM ${table('notice')} AS notice
      WHERE notice.id > coalesce($1::int8, ${leastRead}) ORDER BY notice.id LIMIT ${outboxPage}`,
    channel: `SELECT name AS place, name, read_to - ${leastRead} AS read_to, memory FROM ${table('channel')}
      WHERE $1::text IS NULL OR name > $1::text ORDER BY name LIMIT ${outboxPage}`,
    message: `SELECT seq AS place, ${messageColumns} FROM ${table('message')}
      WHERE $1::int8 IS NULL OR seq > $1::int8 ORDER BY seq LIMIT ${outboxPage}`,
    // Names of pages have no space.
    vendor_incident: `SELECT (page || ' ' || id) COLLATE "C" AS place, ${vendorColumns} FROM ${table('vendor_incident')}
      WHERE $1::text IS NULL OR (page || ' ' || id) COLLATE "C" > $1::text ORDER BY place LIMIT ${outboxPage}`,
  };
  const rowsOn = (sql: Sql): MomentRows => ({
    *model(key) {
      const { rows } = yield* answerOf(
        sql.run<Row>(
          `SELECT id, first_seen, retired_at, watermark, last_success, input_tokens, output_tokens, version_changes,
            nullif(health, 'null') AS memory, latest FROM ${table('model')} WHERE key = $1`,
          [key],
        ),
      );
      return rows[0];
    },
    *eachRow(kind, key, take) {
      if (kind === 'result') {
        const horizons = yield* answerOf(readHorizons(database, sql));
        const each = (row: CheckRow): void => {
          take(memberRow(row));
        };
        yield* answerOf(eachCheck(database, sql, { key, since: 0 }, horizons, each));
        return;
      }
      // Beyond the horizon, hours go with their month.
      const hidden = kind === 'hour' ? (yield* answerOf(readHorizons(database, sql))).hours : -Infinity;
      const { rows } = yield* answerOf(sql.run<Row>(selects[kind], [key]));
      for (const row of rows) if (kind !== 'hour' || Number(row.from) >= hidden) take(row);
    },
    *eachOutboxRow(kind, take) {
      for (let after: unknown = null; ;) {
        const { rows } = yield* answerOf(sql.run<Row>(outbox[kind], [after]));
        for (const row of rows) take(row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < outboxPage) return;
        after = last.place;
      }
    },
  });
  return {
    folders: [tmpdir()],
    *models() {
      const { rows } = yield* answerOf(
        database.run<{ key: number; id: string }>(`SELECT key, id FROM ${table('model')} ORDER BY key`, []),
      );
      return rows;
    },
    atOnce: (work) => answerOf(database.snapshot((sql) => readOver(work(rowsOn(sql))))),
    *fileRows(kind) {
      const { rows } = yield* answerOf(database.run<Row>(files[kind], []));
      return rows;
    },
  };
}

/**
 * The history of the models `ids`, or of all without ids, as NDJSON in pieces of some 64 KiB; instances may write meanwhile.
 * Rejects with StoreError.
 */
export async function* exportPostgresHistory(
  options: ConnectionOptions,
  migrationsDir: string,
  ids: readonly string[],
): AsyncGenerator<string, void> {
  const database = await connect(options);
  const lines = historyLines(sourceOf(database), ids);
  try {
    await requireSchema(database, migrationsDir);
    for (let step = lines.next(); step.done !== true;) {
      const piece = step.value;
      if (typeof piece === 'string') {
        yield piece;
        step = lines.next();
      } else step = lines.next(await described(database.shown, () => piece));
    }
  } finally {
    lines.return();
    await database.close();
  }
}
