import { hourMs } from '../../../domain/period.js';
import { slotOf } from '../../../domain/time.js';
import { StoreError } from '../../store-error.js';
import type { StatementName, Value } from '../../write/batch-rows.js';
import { checkColumnsOf, type CheckColumns } from '../check-columns.js';
import { columnsOf, textOf, unnest } from '../columns.js';
import type { Database, Sql } from '../database.js';
import { prepareRollupWrite } from './rollup-write.js';
import type { Rows } from './sifted-rows.js';

/** Held by a transaction from its notices to its end, so that their ids grow in the order of commits. */
export const noticeLock = 0x6d70756d;

type Row = readonly Value[];

const textOrNull = (value: Value | undefined): string | null =>
  typeof value === 'string' ? textOf(value) : null;
const numberOrNull = (value: Value | undefined): number | null => (typeof value === 'number' ? value : null);

/** The last row of each key, since a statement changes a row once. */
function lastOf(rows: readonly Row[], ...key: readonly number[]): Row[] {
  return [...new Map(rows.map((row) => [key.map((at) => row[at]).join(' '), row])).values()];
}

/** Rows of results with their texts. */
function checksOf(rows: Rows): CheckColumns[] {
  const details = new Map(
    (rows.get('detail') ?? []).map((row) => [`${String(row[0])} ${String(row[1])}`, row]),
  );
  return (rows.get('check') ?? []).map((row) => {
    const detail = details.get(`${String(row[0])} ${String(row[1])}`);
    const [phases] = [detail?.[5]];
    return checkColumnsOf(Number(row[0]), {
      slot: slotOf(Number(row[1])),
      outcome: Number(row[2]),
      reason: Number(row[3]),
      flags: Number(row[4]),
      delay: Number(row[5]),
      duration: numberOrNull(row[6]),
      first_token: numberOrNull(row[7]),
      http: numberOrNull(row[8]),
      input_tokens: numberOrNull(row[9]),
      output_tokens: numberOrNull(row[10]),
      key_index: numberOrNull(row[11]),
      speed: row[12] instanceof Uint8Array ? row[12] : null,
      cost: numberOrNull(row[13]),
      // Inside JSON, which has every character.
      detail: typeof detail?.[2] === 'string' ? detail[2] : null,
      response: typeof detail?.[3] === 'string' ? detail[3] : null,
      response_model: typeof detail?.[4] === 'string' ? detail[4] : null,
      phases: typeof phases === 'string' ? phases : null,
    });
  });
}

/** Times (Unix ms) for which a batch needs partitions: of results, and of hours. */
export function timesOf(rows: Rows): { readonly slots: number[]; readonly hours: number[] } {
  const hours = (rows.get('rollup') ?? []).flatMap((row) =>
    row[1] === null ? [] : [Number(row[1]) * hourMs],
  );
  for (const row of rows.get('hours') ?? []) {
    const [from, to] = [Number(row[1]) * hourMs, Number(row[2]) * hourMs];
    // At least one in each month.
    for (let time = from; time < to; time += 28 * 24 * hourMs) hours.push(time);
    if (from < to) hours.push(to - hourMs);
  }
  return { slots: (rows.get('check') ?? []).map((row) => Number(row[1])), hours };
}

/** Prepares to write the rows of a batch, in the open transaction: a few statements whatever their number. */
export function prepareBatchWrite(database: Database): (sql: Sql, rows: Rows) => Promise<void> {
  const table = (name: string): string => database.table(name);
  const { addRollups, addSpans } = prepareRollupWrite(database);

  /** In order, so that two writes never wait for each other. */
  async function lockModels(sql: Sql, rows: readonly Row[]): Promise<void> {
    const keys = [...new Set(rows.map((row) => Number(row[7])))];
    const { rows: found } = await sql.run<{ key: number }>(
      `SELECT key FROM ${table('model')} WHERE key = ANY($1::int8[]) ORDER BY key FOR NO KEY UPDATE`,
      [keys],
    );
    if (found.length === keys.length) return;
    const known = new Set(found.map(({ key }) => key));
    const unknown = keys.find((key) => !known.has(key));
    throw new StoreError('unknown_model', `no model has the key ${String(unknown)}; register it again`);
  }

  const insert = (
    name: string,
    types: readonly string[],
    conflict: string,
    columns = '',
  ): ((sql: Sql, rows: readonly Row[]) => Promise<unknown>) => {
    const text = `INSERT INTO ${table(name)} AS stored ${columns} SELECT * FROM ${unnest(types)} ${conflict}`;
    return (sql, rows) => sql.run(text, columnsOf(rows, types.length));
  };
  const addTotals = insert(
    'total',
    ['int4', 'int2', 'int2', 'int8'],
    'ON CONFLICT (model, outcome, reason) DO UPDATE SET count = stored.count + excluded.count',
  );
  const addMissed = insert(
    'missed',
    ['text', 'int8'],
    'ON CONFLICT (cause) DO UPDATE SET count = stored.count + excluded.count',
  );
  const addStates = insert(
    'state',
    ['int4', 'int8', 'int2', 'int2'],
    'ON CONFLICT (model, starts) DO UPDATE SET state = excluded.state, reason = excluded.reason',
  );
  const addGaps = insert('gap', ['int4', 'int8'], 'ON CONFLICT DO NOTHING');
  const addMaintenance = insert(
    'maintenance',
    ['int4', 'int8', 'int8'],
    'ON CONFLICT (model, starts) DO UPDATE SET ends = excluded.ends',
  );
  const addEpochs = insert(
    'epoch',
    ['int4', 'int8', 'text'],
    'ON CONFLICT (model, starts) DO UPDATE SET settings = excluded.settings',
  );
  const addNotices = insert('notice', ['int8', 'text'], '', '(at, body)');
  const checkTypes = ['int4', 'int2', 'int4', 'int4', 'int4', 'int4', 'text', 'int8'];
  const addChecks = `INSERT INTO ${table('check_result')} (model, day, slot, code, duration, tokens, rest, cost)
    SELECT * FROM ${unnest(checkTypes)} ON CONFLICT DO NOTHING`;
  const updateModels = `UPDATE ${table('model')} AS stored SET health = given.health,
      watermark = coalesce(given.watermark, stored.watermark), latest = coalesce(given.latest, stored.latest),
      last_success = coalesce(given.last_success, stored.last_success),
      input_tokens = stored.input_tokens + given.input_tokens,
      output_tokens = stored.output_tokens + given.output_tokens,
      version_changes = stored.version_changes + given.version_changes
    FROM ${unnest(['text', 'int8', 'text', 'int8', 'int8', 'int8', 'int8', 'int4'])}
      AS given (health, watermark, latest, last_success, input_tokens, output_tokens, version_changes, key)
    WHERE stored.key = given.key`;
  const forgetStates = `DELETE FROM ${table('state')} USING ${unnest(['int4', 'int8'])} AS given (model, since)
    WHERE state.model = given.model AND state.starts >= given.since`;
  const dropMaintenance = `DELETE FROM ${table('maintenance')} AS stored USING ${unnest(['int4', 'int8'])}
    AS given (model, starts) WHERE stored.model = given.model AND stored.starts = given.starts`;
  // Not an upsert: even an upsert that only updates uses up an id.
  const writeIncidents = `WITH given AS (
      SELECT * FROM ${unnest(['int8', 'int2', 'int2', 'int8', 'text', 'int4', 'int8'])} WITH ORDINALITY
        AS given (closed_at, reason, blame, checks_failed, last_detail, model, opened_at, n)
    ), updated AS (
      UPDATE ${table('incident')} AS stored SET closed_at = given.closed_at, reason = given.reason,
        blame = given.blame, checks_failed = given.checks_failed, last_detail = given.last_detail
      FROM given WHERE stored.model = given.model AND stored.opened_at = given.opened_at
      RETURNING stored.model, stored.opened_at
    )
    INSERT INTO ${table('incident')} (closed_at, reason, blame, checks_failed, last_detail, model, opened_at)
    SELECT closed_at, reason, blame, checks_failed, last_detail, model, opened_at FROM given
    WHERE NOT EXISTS (SELECT 1 FROM updated WHERE updated.model = given.model AND updated.opened_at = given.opened_at)
    ORDER BY n`;

  const totalsOf = (rows: readonly Row[], key: number): Row[] => {
    const sums = new Map<string, Value[]>();
    for (const row of rows) {
      const name = row.slice(0, key).join(' ');
      const known = sums.get(name);
      if (known === undefined) sums.set(name, [...row]);
      else known[key] = Number(known[key]) + Number(row[key]);
    }
    return [...sums.values()];
  };

  async function writeMaintenance(sql: Sql, rows: Rows): Promise<void> {
    // Those that end are in rows of their own; a batch has one of the two for a start.
    const [kept, dropped] = [rows.get('maintenance') ?? [], rows.get('noMaintenance') ?? []];
    if (dropped.length > 0) await sql.run(dropMaintenance, columnsOf(dropped, 2));
    if (kept.length > 0) await addMaintenance(sql, lastOf(kept, 0, 1));
  }

  return async (sql, rows) => {
    const take = async (
      name: StatementName,
      work: (some: readonly Row[]) => Promise<unknown>,
    ): Promise<void> => {
      const some = rows.get(name);
      if (some !== undefined) await work(some);
    };
    await take('model', async (some) => {
      await lockModels(sql, some);
      await sql.run(updateModels, columnsOf(some, 8));
    });
    await take('total', (some) => addTotals(sql, totalsOf(some, 3)));
    await take('check', () => {
      const checks = checksOf(rows).map(({ model, day, slot, code, duration, tokens, rest, cost }) => [
        model,
        day,
        slot,
        code,
        duration,
        tokens,
        rest,
        cost,
      ]);
      return sql.run(addChecks, columnsOf(checks, checkTypes.length));
    });
    await take('forgetStates', (some) => sql.run(forgetStates, columnsOf(some, 2)));
    await take('state', (some) => addStates(sql, lastOf(some, 0, 1)));
    await take('incident', (some) => {
      const texts = lastOf(some, 5, 6).map((row) => row.with(4, textOrNull(row[4])));
      return sql.run(writeIncidents, columnsOf(texts, 7));
    });
    await take('gap', (some) => addGaps(sql, some));
    await writeMaintenance(sql, rows);
    await take('epoch', (some) => addEpochs(sql, lastOf(some, 0, 1)));
    await take('rollup', (some) => addRollups(sql, some));
    await take('hours', (some) => addSpans(sql, 'hour_rollup', some));
    await take('days', (some) => addSpans(sql, 'day_rollup', some));
    await take('missed', (some) => addMissed(sql, totalsOf(some, 1)));
    // Last: who has the lock waits for nobody. It makes ids grow in the order of commits.
    await take('notice', async (some) => {
      await sql.run(`SELECT pg_advisory_xact_lock(${noticeLock})`);
      await addNotices(sql, some);
    });
  };
}
