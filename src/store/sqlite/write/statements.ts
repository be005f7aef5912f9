import type { Database, Statement } from 'better-sqlite3';
import { stateCodes } from '../../codes.js';
import { onlyBucket } from '../../latency-blob.js';
import { upsertMany, upsertRollup, type Given } from '../rows/rollup-sql.js';
import { costAt } from '../../rows/rollup-row.js';
import type { Put, StatementName, Value } from '../../write/batch-rows.js';
import { StoreError } from '../../store-error.js';
import { keysOf, tableOf } from '../../../domain/table.js';

/** A packed batch passes text as bytes of UTF-8. */
const asText = 'CAST(? AS TEXT)';

const sql: Readonly<
  Record<Exclude<StatementName, 'incident' | 'rollup' | 'hours' | 'days' | 'notice'>, string>
> = {
  model: `UPDATE models SET health = ${asText}, watermark = coalesce(?, watermark),
    latest = coalesce(${asText}, latest), last_success = coalesce(?, last_success), input_tokens = input_tokens + ?,
    output_tokens = output_tokens + ?, version_changes = version_changes + ? WHERE key = ?`,
  check: 'INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  detail: `INSERT OR REPLACE INTO details VALUES (?, ?, ${asText}, ${asText}, ${asText}, ${asText})`,
  forgetStates: 'DELETE FROM states WHERE model = ? AND starts >= ?',
  state: 'INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)',
  gap: 'INSERT OR IGNORE INTO gaps VALUES (?, ?)',
  maintenance: 'INSERT OR REPLACE INTO maintenance VALUES (?, ?, ?)',
  noMaintenance: 'DELETE FROM maintenance WHERE model = ? AND starts = ?',
  epoch: `INSERT OR REPLACE INTO epochs VALUES (?, ?, ${asText})`,
  total: `INSERT INTO totals VALUES (?, ?, ?, ?)
    ON CONFLICT (model, outcome, reason) DO UPDATE SET count = count + excluded.count`,
  missed: `INSERT INTO missed VALUES (${asText}, ?)
    ON CONFLICT (cause) DO UPDATE SET count = count + excluded.count`,
};

/** Maximum sets of figures with statements of their own; results that arrive one by one need some ten. */
const mostSets = 64;

/**
 * Most figures of a rollup are 0, the cost is null without a price, and most histograms hold a single latency. Statements with only the other columns,
 * prepared when a set of figures first occurs, save a fifth of the time.
 */
function prepareRollups(database: Database): (values: readonly Value[]) => void {
  type Adders = Readonly<Record<'hour' | 'day', Statement>>;
  const prepare = (given?: Given): Adders => ({
    hour: database.prepare(upsertRollup('hours', given)),
    day: database.prepare(upsertRollup('days', given)),
  });
  const all = prepare();
  const adders = new Map<number, Adders>();

  return ([model, hour, day, ...figures]) => {
    let set = 0;
    const given: Value[] = [];
    for (let at = 0; at < figures.length; at += 1) {
      const figure = figures[at] ?? null;
      if (figure === null || (figure === 0 && at !== costAt)) continue;
      set |= 1 << at;
      given.push(figure);
    }
    const [latency, speed] = figures.slice(costAt + 1);
    const bucket = latency instanceof Uint8Array ? onlyBucket(latency) : null;
    if (bucket !== null) {
      set |= 1 << figures.length;
      given.push(bucket);
    }
    let add = adders.get(set);
    if (add === undefined && adders.size < mostSets) {
      add = prepare({
        sum: (at) => ((set >> at) & 1) === 1,
        latency: latency === null ? 'none' : bucket === null ? 'blob' : 'bucket',
        speed: speed !== null,
      });
      adders.set(set, add);
    }
    const added = add === undefined ? figures : given;
    const { hour: toHour, day: toDay } = add ?? all;
    if (hour !== null) toHour.run(model, hour, added);
    if (day !== null) toDay.run(model, day, added);
  };
}

/** One statement adds any number of rows, so that months cost the thread less than a ms. */
function prepareMany(database: Database): (table: 'hours' | 'days', values: readonly Value[]) => void {
  const prepared = new Map<string, Statement>();
  return (table, [model, first, end, code, ms]) => {
    const state = stateCodes.toWord(Number(code));
    const name = `${table} ${state}`;
    const add = prepared.get(name) ?? database.prepare(upsertMany(table, state));
    prepared.set(name, add);
    add.run(first, end, model, ms);
  };
}

/** Prepares each statement once; the returned function runs them and throws SQLite's errors. */
export function prepareStatements(database: Database): Put {
  const openIncident = database.prepare(`INSERT INTO incidents
    (closed_at, reason, blame, checks_failed, last_detail, model, opened_at) VALUES (?, ?, ?, ?, ${asText}, ?, ?)`);
  const updateIncident = database.prepare(`UPDATE incidents
    SET closed_at = ?, reason = ?, blame = ?, checks_failed = ?, last_detail = ${asText} WHERE model = ? AND opened_at = ?`);
  const statements: Record<keyof typeof sql, Statement> = tableOf(keysOf(sql), (name) =>
    database.prepare(sql[name]),
  );

  const addRollup = prepareRollups(database);
  const addMany = prepareMany(database);
  // With the first one: most databases have none.
  let addNotice: Statement | null = null;

  return (name, values) => {
    if (name === 'rollup') {
      addRollup(values);
      return;
    }
    if (name === 'hours' || name === 'days') {
      addMany(name, values);
      return;
    }
    if (name === 'notice') {
      addNotice ??= database.prepare(`INSERT INTO notices (at, body) VALUES (?, ${asText})`);
      addNotice.run(values);
      return;
    }
    // Not an upsert: even an upsert that only updates uses up an id.
    if (name === 'incident') {
      if (updateIncident.run(values).changes === 0) openIncident.run(values);
      return;
    }
    const { changes } = statements[name].run(values);
    if (name === 'model' && changes === 0)
      throw new StoreError(
        'unknown_model',
        `no model has the key ${String(values.at(-1))}; register it again`,
      );
  };
}
