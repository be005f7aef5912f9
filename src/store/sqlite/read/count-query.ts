import type { Database } from 'better-sqlite3';
import { observe } from '../../../domain/histogram.js';
import { clipTo, merge, subtract } from '../../../domain/intervals.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import { blameFor } from '../../../domain/reason.js';
import { emptyRollup } from '../../../domain/rollup.js';
import type { Interval } from '../../../domain/state.js';
import { outcomeCodes, reasonCodes } from '../../codes.js';
import { prepareHorizons } from '../../horizons.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { Counts } from '../../port.js';
import { takeRollup, type Tally } from '../../tally.js';
import { coarsest, partsOf, snap, type Horizons } from '../../window.js';
import { inMaintenance } from '../rows/check-row.js';
import { addRow, sumsOfCounts, type RollupRow } from '../rows/rollup-row.js';

/** Adds the results of a model in `parts` to a tally. */
type AddRaw = (tally: Tally, key: number, parts: readonly Interval[]) => void;

export function prepareRawCounts(database: Database): AddRaw {
  type Bounds = [model: number, from: number, to: number];
  type Group = [outcome: number, reason: number, maintenance: number, results: number, ...tokens: number[]];
  const within = 'FROM checks WHERE model = ? AND slot >= ? AND slot < ?';
  const whole = 'input_tokens IS NOT NULL AND output_tokens IS NOT NULL';
  // Summed by SQLite: many exclusions cover the results of days, and an object per row would take most of the time.
  const groups = database
    .prepare<Bounds, Group>(
      `SELECT outcome, reason, flags & ${inMaintenance}, count(*), total(input_tokens) FILTER (WHERE ${whole}),
        total(output_tokens) FILTER (WHERE ${whole}) ${within} GROUP BY 1, 2, 3`,
    )
    .raw();
  const good = (['healthy', 'degraded'] as const).map((outcome) => outcomeCodes.toCode(outcome)).join(', ');
  const durations = database
    .prepare<Bounds, number>(
      `SELECT duration ${within} AND outcome IN (${good}) AND flags & ${inMaintenance} = 0 AND duration IS NOT NULL`,
    )
    .pluck();

  // Counts like `addResult`, so that an hour has the same counts from rollups and from results.
  return (tally, key, parts) => {
    for (const { from, to } of parts) {
      for (const [outcome, reason, maintenance, results, input = 0, output = 0] of groups.all(
        key,
        from,
        to,
      )) {
        tally.inputTokens += input;
        tally.outputTokens += output;
        if (maintenance !== 0) continue;
        tally.outcomes[outcomeCodes.toWord(outcome)] += results;
        const blame = blameFor(reasonCodes.toWord(reason));
        if (blame !== null) tally.blames[blame] += results;
      }
      for (const ms of durations.all(key, from, to)) observe(tally.latency, ms);
    }
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
