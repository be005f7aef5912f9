import type { Database } from 'better-sqlite3';
import { addResult, type HourlyChanges } from '../../domain/rollup.js';
import type { Interval } from '../../domain/state.js';
import { plainColumns, resultOf, type CheckRow } from './check-row.js';
import { addRollup, type Tally } from '../tally.js';

/** Adds the results of a model that lie in `parts` to a tally. */
export type AddRaw = (tally: Tally, key: number, parts: readonly Interval[]) => void;

export function prepareRawCounts(database: Database): AddRaw {
  const rows = database.prepare<[model: number, from: number, to: number], CheckRow>(
    `SELECT ${plainColumns} FROM checks WHERE model = ? AND slot >= ? AND slot < ?`,
  );
  return (tally, key, parts) => {
    // Counted as the recorder does, so that an hour gives the same from either.
    const hours: HourlyChanges = new Map();
    for (const { from, to } of parts) {
      for (const row of rows.iterate(key, from, to)) addResult(hours, resultOf(row));
    }
    for (const hour of hours.values()) addRollup(tally, hour);
  };
}
