import type { Database, Statement } from 'better-sqlite3';
import { sumNames, upsertRollup } from './rollup-row.js';
import { StoreError } from '../store-error.js';

export type Value = number | string | Uint8Array | null;

/** Kinds of a parameter, each or null: a number, a text, a blob. */
type Kinds = readonly ('number' | 'text' | 'blob')[];

const numbers = (count: number): Kinds => Array.from({ length: count }, () => 'number');
const rollup: Kinds = [...numbers(sumNames.length), 'blob'];

/** The parameters of each statement of a write. */
export const parameters = {
  model: ['text', 'number', 'text', ...numbers(5)],
  check: numbers(12),
  detail: ['number', 'number', 'text', 'text', 'text', 'text'],
  forgetStates: numbers(2),
  state: numbers(4),
  /** The model, the hour or null, the day or null, then what is added to both. */
  rollup: [...numbers(3), ...rollup],
  incident: [...numbers(4), 'text', ...numbers(2)],
  gap: numbers(2),
  maintenance: numbers(3),
  noMaintenance: numbers(2),
  epoch: ['number', 'number', 'text'],
  total: numbers(4),
  missed: ['text', 'number'],
} as const satisfies Readonly<Record<string, Kinds>>;

export type StatementName = keyof typeof parameters;

/** Takes what one statement is to write: runs it, or packs it for another thread. */
export type Put = (statement: StatementName, values: readonly Value[]) => void;

const sql: Readonly<Record<Exclude<StatementName, 'incident' | 'rollup'>, string>> = {
  model: `UPDATE models SET health = ?, watermark = coalesce(?, watermark),
    latest = coalesce(?, latest), last_success = coalesce(?, last_success), input_tokens = input_tokens + ?,
    output_tokens = output_tokens + ?, version_changes = version_changes + ? WHERE key = ?`,
  check: 'INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  detail: 'INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?, ?, ?)',
  forgetStates: 'DELETE FROM states WHERE model = ? AND starts >= ?',
  state: 'INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)',
  gap: 'INSERT OR IGNORE INTO gaps VALUES (?, ?)',
  maintenance: 'INSERT OR REPLACE INTO maintenance VALUES (?, ?, ?)',
  noMaintenance: 'DELETE FROM maintenance WHERE model = ? AND starts = ?',
  epoch: 'INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)',
  total: `INSERT INTO totals VALUES (?, ?, ?, ?)
    ON CONFLICT (model, outcome, reason) DO UPDATE SET count = count + excluded.count`,
  missed: `INSERT INTO missed VALUES (?, ?)
    ON CONFLICT (cause) DO UPDATE SET count = count + excluded.count`,
};

/** Prepares each statement once; the returned function runs them and throws what SQLite throws. */
export function prepareStatements(database: Database): Put {
  const openIncident = database.prepare(`INSERT INTO incidents
    (closed_at, reason, blame, checks_failed, last_detail, model, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const updateIncident = database.prepare(`UPDATE incidents
    SET closed_at = ?, reason = ?, blame = ?, checks_failed = ?, last_detail = ? WHERE model = ? AND opened_at = ?`);
  const statements = Object.fromEntries(
    Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
  ) as Record<keyof typeof sql, Statement>;

  const [addToHour, addToDay] = [
    database.prepare(upsertRollup('hours')),
    database.prepare(upsertRollup('days')),
  ];

  return (name, values) => {
    if (name === 'rollup') {
      const [model = null, hour = null, day = null, ...added] = values;
      if (hour !== null) addToHour.run(model, hour, ...added);
      if (day !== null) addToDay.run(model, day, ...added);
      return;
    }
    // Not an upsert: one that updates would still use up an id.
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
