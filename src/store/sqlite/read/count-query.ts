import type { Database } from 'better-sqlite3';
import { clipTo, merge, subtract } from '../../../domain/intervals.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import { addResult, emptyRollup, type HourlyChanges } from '../../../domain/rollup.js';
import type { Interval } from '../../../domain/state.js';
import { prepareHorizons } from '../../horizons.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { Counts } from '../../port.js';
import { addRollup, takeRollup, type Tally } from '../../tally.js';
import { coarsest, partsOf, snap, type Horizons } from '../../window.js';
import { plainColumns, resultOf, type CheckRow } from '../rows/check-row.js';
import { addRow, sumsOfCounts, type RollupRow } from '../rows/rollup-row.js';

/** Adds the results of a model in `parts` to a tally. */
type AddRaw = (tally: Tally, key: number, parts: readonly Interval[]) => void;

export function prepareRawCounts(database: Database): AddRaw {
  const rows = database.prepare<[model: number, from: number, to: number], CheckRow>(
    `SELECT ${plainColumns} FROM checks WHERE model = ? AND slot >= ? AND slot < ?`,
  );
  return (tally, key, parts) => {
    // The recorder's own counting, so that an hour has the same counts from rollups and from results.
    const hours: HourlyChanges = new Map();
    for (const { from, to } of parts) {
      for (const row of rows.iterate(key, from, to)) addResult(hours, resultOf(row));
    }
    for (const hour of hours.values()) addRollup(tally, hour);
  };
}

type CountWindow = (key: number, from: number, to: number, without?: readonly Interval[]) => Counts;

/** Counts over a window: the middle from rollups, the ends from raw results where those are still complete. */
export function prepareCounts(database: Database): CountWindow {
  type Bounds = [model: number, from: number, to: number];
  /** Summed by SQLite: creating an object per row would take most of the time. */
  const prepareLevel = (table: 'hours' | 'days') => {
    const within = `FROM ${table} WHERE model = ? AND span >= ? AND span < ?`;
    const sums = database.prepare<Bounds, RollupRow>(`SELECT ${sumsOfCounts}, NULL AS latency ${within}`);
    const latencies = database.prepare<Bounds, Uint8Array | null>(`SELECT latency ${within}`).pluck();
    return (sum: Tally, ...bounds: Bounds): void => {
      const row = sums.get(...bounds);
      if (row !== undefined) addRow(sum, row);
      for (const latency of latencies.all(...bounds)) decodeLatencyInto(sum.latency, latency);
    };
  };
  const addDays = prepareLevel('days');
  const addHours = prepareLevel('hours');
  const addRaw = prepareRawCounts(database);
  const horizons = prepareHorizons(database);

  const addWindow = (sum: Tally, key: number, window: Interval, complete: Horizons): void => {
    const parts = partsOf(window, complete);
    for (const part of parts.days) addDays(sum, key, part.from / dayMs, part.to / dayMs);
    for (const part of parts.hours) addHours(sum, key, part.from / hourMs, part.to / hourMs);
    addRaw(sum, key, parts.rest);
  };

  return (key, from, to, without = []) => {
    const complete = horizons();
    const holes = merge(without);
    const late = { from: Math.min(to, Math.max(from, complete.checks)), to };
    const exact = clipTo(holes, late).length > 0 ? late : { from: to, to };
    const snapped = subtract({ from, to: exact.from }, holes).map((window) => snap(window, complete));
    const sum = emptyRollup();
    // The rest of an hour beside an exclusion counts as the whole hour, once.
    for (const window of merge(snapped)) addWindow(sum, key, window, complete);
    // Where results are complete: the whole window minus the exclusions, which are fewer rows than the rest.
    addWindow(sum, key, exact, complete);
    const excluded = emptyRollup();
    for (const hole of clipTo(holes, exact)) addWindow(excluded, key, hole, complete);
    takeRollup(sum, excluded);
    const { outcomes, blames, inputTokens, outputTokens, latency } = sum;
    const resolution = coarsest(snapped.map((window) => window.resolution));
    return { outcomes, blames, inputTokens, outputTokens, latency, resolution };
  };
}
