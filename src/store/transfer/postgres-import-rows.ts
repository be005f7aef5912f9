import { lostReason } from '../../domain/exclusion.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { slotOf } from '../../domain/time.js';
import { checkColumnsOf } from '../postgres/check-columns.js';
import { columnsOf, textOf, unnest } from '../postgres/columns.js';
import type { Database, Sql } from '../postgres/database.js';
import type { Partitions } from '../postgres/partitions.js';
import { prepareRollupWrite } from '../postgres/write/rollup-write.js';
import { inMaintenance, usualStatus, whileStalled } from '../rows/check-row.js';
import { figureNames } from '../rows/rollup-row.js';
import type { Stored } from './history-fields.js';
import type { ModelKind, Row } from './history-kinds.js';

const numberOf = (value: Stored | undefined): number | null => (typeof value === 'number' ? value : null);
const plainOf = (value: Stored | undefined): string | null => (typeof value === 'string' ? value : null);
export const wordsOf = (value: Stored | undefined): string | null =>
  typeof value === 'string' ? textOf(value) : null;

function checkOf(row: Row): unknown[] {
  const http = numberOf(row.http_status);
  const slot = Number(row.slot);
  const {
    model,
    day,
    slot: ms,
    code,
    duration,
    tokens,
    rest,
    cost,
  } = checkColumnsOf(Number(row.model), {
    slot: slotOf(slot),
    outcome: Number(row.outcome),
    reason: Number(row.reason),
    flags:
      Number(row.kind) + inMaintenance * Number(row.maintenance) + whileStalled * Number(row.stalled ?? 0),
    delay: Number(row.started_at) - slot,
    duration: numberOf(row.duration_ms),
    first_token: numberOf(row.first_token_ms),
    http: http === null ? null : http - usualStatus,
    input_tokens: numberOf(row.input_tokens),
    output_tokens: numberOf(row.output_tokens),
    key_index: numberOf(row.key),
    speed: row.speed instanceof Uint8Array ? row.speed : null,
    cost: numberOf(row.cost),
    detail: plainOf(row.detail),
    response: plainOf(row.response),
    response_model: plainOf(row.response_model),
    phases: plainOf(row.phases),
  });
  return [model, day, ms, code, duration, tokens, rest, cost];
}

/** Writes rows, each with the key of its model and the bounds of the import. */
export type AddRows = (sql: Sql, rows: readonly Row[]) => Promise<unknown>;

/** Adds rows of each kind, many with a statement. */
export function prepareAdding(
  database: Database,
  partitions: Partitions,
): Readonly<Record<ModelKind, AddRows>> {
  const table = (name: string): string => database.table(name);
  const { addRollups } = prepareRollupWrite(database);
  const inserting = (
    target: string,
    types: readonly string[],
    valuesOf: (row: Row) => unknown[] | null,
    conflict = 'ON CONFLICT DO NOTHING',
  ): AddRows => {
    const text = `INSERT INTO ${target} SELECT * FROM ${unnest(types)} ${conflict}`;
    return async (sql, rows) => {
      const values = rows.map(valuesOf).filter((row) => row !== null);
      if (values.length > 0) await sql.run(text, columnsOf(values, types.length));
    };
  };
  /** Only what lies before the existing history. */
  const before = (row: Row, time: Stored | undefined, values: unknown[]): unknown[] | null =>
    row.until === null || Number(time) < Number(row.until) ? values : null;
  const rollup =
    (unit: number): AddRows =>
    async (sql, rows) => {
      if (unit === hourMs)
        await partitions.ensure({ slots: [], hours: rows.map(({ from }) => Number(from)) });
      await addRollups(
        sql,
        rows.map((row) => {
          const span = Number(row.from) / unit;
          const place = unit === hourMs ? [span, null] : [null, span];
          return [Number(row.model), ...place, ...figureNames.map((name) => row[name] ?? null)];
        }),
      );
    };
  const addCheck = inserting(
    `${table('check_result')} (model, day, slot, code, duration, tokens, rest, cost)`,
    ['int4', 'int2', 'int4', 'int4', 'int4', 'int4', 'text', 'int8'],
    checkOf,
  );
  return {
    epoch: inserting(table('epoch'), ['int4', 'int8', 'text'], (row) =>
      before(row, row.from, [row.model, row.from, row.settings]),
    ),
    maintenance: inserting(table('maintenance'), ['int4', 'int8', 'int8'], (row) =>
      before(row, row.from, [row.model, row.from, Math.min(Number(row.to), Number(row.until ?? row.to))]),
    ),
    gap: inserting(table('gap'), ['int4', 'int8'], (row) => before(row, row.slot, [row.model, row.slot])),
    state: inserting(table('state'), ['int4', 'int8', 'int2', 'int2'], (row) => [
      row.model,
      row.from,
      row.state,
      row.reason,
    ]),
    async result(sql, rows) {
      await partitions.ensure({ slots: rows.map(({ slot }) => Number(slot)), hours: [] });
      await addCheck(sql, rows);
    },
    // An open incident continues in the existing history, or ends with the file: nothing else would close it.
    incident: inserting(
      `${table('incident')} (model, opened_at, closed_at, reason, blame, checks_failed, last_detail)`,
      ['int4', 'int8', 'int8', 'int2', 'int2', 'int8', 'text'],
      (row) => [
        row.model,
        row.opened_at,
        row.closed_at ?? row.end,
        row.reason,
        row.blame,
        row.checks_failed,
        wordsOf(row.last_detail),
      ],
    ),
    note: (sql, rows) =>
      sql.run(
        `INSERT INTO ${table('note')} (incident, at, author, text)
          SELECT incident.id, given.at, given.author, given.text
          FROM ${unnest(['int4', 'int8', 'int8', 'text', 'text'])} WITH ORDINALITY
            AS given (model, opened_at, at, author, text, n)
          JOIN ${table('incident')} AS incident USING (model, opened_at) ORDER BY n`,
        columnsOf(
          rows.map((row) => [row.model, row.incident, row.at, wordsOf(row.author), wordsOf(row.text)]),
          5,
        ),
      ),
    // That of an incident that goes on is newer.
    acknowledgement: (sql, rows) =>
      sql.run(
        `INSERT INTO ${table('acknowledgement')} (incident, at, author, note, ends)
          SELECT incident.id, given.at, given.author, given.note, given.ends
          FROM ${unnest(['int4', 'int8', 'int8', 'text', 'text', 'int8'])}
            AS given (model, opened_at, at, author, note, ends)
          JOIN ${table('incident')} AS incident USING (model, opened_at) ON CONFLICT (incident) DO NOTHING`,
        columnsOf(
          rows.map((row) => [
            row.model,
            row.incident,
            row.at,
            wordsOf(row.author),
            wordsOf(row.note),
            row.ends,
          ]),
          6,
        ),
      ),
    // Exclusions that lay ahead when a fresh store was made are in that one too, without their reason.
    async exclusion(sql, rows) {
      for (const row of rows) {
        const values = [row.model, row.from, row.to, wordsOf(row.reason), row.created_at];
        const same = `model = $1::int4 AND starts = $2::int8 AND ends = $3::int8 AND created_at = $5::int8`;
        await sql.run(
          `UPDATE ${table('exclusion')} SET reason = $4::text WHERE ${same} AND reason = '${lostReason}'`,
          values,
        );
        await sql.run(
          `INSERT INTO ${table('exclusion')} (model, starts, ends, reason, created_at)
            SELECT $1::int4, $2::int8, $3::int8, $4::text, $5::int8
            WHERE NOT EXISTS (SELECT 1 FROM ${table('exclusion')} WHERE ${same} AND reason = $4::text)`,
          values,
        );
      }
    },
    hour: rollup(hourMs),
    day: rollup(dayMs),
    total: inserting(
      `${table('total')} AS stored`,
      ['int4', 'int2', 'int2', 'int8'],
      (row) => [row.model, row.outcome, row.reason, row.count],
      'ON CONFLICT (model, outcome, reason) DO UPDATE SET count = stored.count + excluded.count',
    ),
  };
}
