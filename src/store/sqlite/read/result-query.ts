import type { Database } from 'better-sqlite3';
import type { RecordedResult } from '../../../domain/result.js';
import { checkColumns, resultOf, type CheckRow, latestOf } from '../../rows/check-row.js';
import { outcomeCodes } from '../../codes.js';
import type { ResultQuery } from '../../port.js';

const select = `SELECT ${checkColumns}, detail, response, response_model, phases
  FROM checks LEFT JOIN details USING (model, slot) WHERE model = ? AND slot >= ? AND slot < ?`;
const newestFirst = 'ORDER BY slot DESC LIMIT ?';

type Bounds = [model: number, from: number, to: number];

/** Results newest first; only the newest result of the model has all members. */
export function prepareResults(database: Database): (key: number, query: ResultQuery) => RecordedResult[] {
  const any = database.prepare<[...Bounds, number], CheckRow>(`${select} ${newestFirst}`);
  const healthy = database.prepare<[...Bounds, number], CheckRow>(`${select} AND outcome = 0 ${newestFirst}`);
  // The second condition lets SQLite use the partial index.
  const other = database.prepare<[...Bounds, number, number], CheckRow>(
    `${select} AND outcome = ? AND outcome <> 0 ${newestFirst}`,
  );
  const stored = database
    .prepare<[number], string>('SELECT latest FROM models WHERE key = ? AND latest IS NOT NULL')
    .pluck();

  function rows(key: number, { from, to, before, outcome, limit }: ResultQuery): CheckRow[] {
    const end = Math.min(to, before ?? to);
    if (outcome === undefined) return any.all(key, from, end, limit);
    const code = outcomeCodes.toCode(outcome);
    return code === 0 ? healthy.all(key, from, end, limit) : other.all(key, from, end, code, limit);
  }

  return (key, query) => {
    const results = rows(key, query).map(resultOf);
    const latest = latestOf(stored.get(key));
    return results.map((result) => (result.slot === latest?.slot ? latest : result));
  };
}
