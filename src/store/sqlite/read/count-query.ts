import type { Database } from 'better-sqlite3';
import { dayMs, hourMs } from '../../../domain/period.js';
import type { Interval } from '../../../domain/state.js';
import { tableOf } from '../../../domain/table.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { Counts } from '../../port.js';
import {
  addGroup,
  addLatencies,
  addSpeed,
  goodOutcomes,
  readCounts,
  type CountSource,
  type SpeedRow,
} from '../../read/counted-results.js';
import { given, readNow } from '../../read/reading.js';
import { inMaintenance } from '../../rows/check-row.js';
import { addRow, histogramNames, sumsOfCounts, type RollupRow } from '../../rows/rollup-row.js';
import { prepareHorizons } from '../rows/horizon-row.js';

export function prepareRawCounts(database: Database): CountSource['addRaw'] {
  type Bounds = [model: number, from: number, to: number];
  type Group = [
    outcome: number,
    reason: number,
    maintenance: number,
    results: number,
    input: number,
    output: number,
    cost: number | null,
  ];
  const within = 'FROM checks WHERE model = ? AND slot >= ? AND slot < ?';
  const whole = 'input_tokens IS NOT NULL AND output_tokens IS NOT NULL';
  // Summed by SQLite: many exclusions cover the results of days, and an object per row would take most of the time.
  const groups = database
    .prepare<Bounds, Group>(
      `SELECT outcome, reason, flags & ${inMaintenance}, count(*), total(input_tokens) FILTER (WHERE ${whole}),
        total(output_tokens) FILTER (WHERE ${whole}), sum(cost) ${within} GROUP BY 1, 2, 3`,
    )
    .raw();
  const durations = database
    .prepare<Bounds, number>(
      `SELECT duration ${within} AND outcome IN (${goodOutcomes.join(', ')}) AND flags & ${inMaintenance} = 0
        AND duration IS NOT NULL`,
    )
    .pluck();

  const speeds = database.prepare<Bounds, SpeedRow>(
    `SELECT first_token, output_tokens, input_tokens, speed ${within} AND outcome IN (${goodOutcomes.join(', ')})
        AND flags & ${inMaintenance} = 0 AND speed IS NOT NULL`,
  );

  return (key, stretches) => {
    for (const { tally, from, to } of stretches) {
      for (const row of groups.all(key, from, to)) {
        const [outcome, reason, maintenance, results, inputTokens, outputTokens, cost] = row;
        const group = {
          outcome,
          reason,
          inMaintenance: maintenance !== 0,
          results,
          inputTokens,
          outputTokens,
          cost,
        };
        addGroup(tally, group);
      }
      addLatencies(tally, durations.all(key, from, to));
      for (const row of speeds.iterate(key, from, to)) addSpeed(tally, row);
    }
    return given(undefined);
  };
}

type CountWindow = (key: number, from: number, to: number, without?: readonly Interval[]) => Counts;

/** Counts over a window. */
export function prepareCounts(database: Database): CountWindow {
  type Bounds = [model: number, from: number, to: number];
  /** Summed by SQLite: creating an object per row would take most of the time. */
  const prepareLevel = (table: 'hours' | 'days') => {
    const within = `FROM ${table} WHERE model = ? AND span >= ? AND span < ?`;
    return {
      sums: database.prepare<Bounds, RollupRow>(
        `SELECT ${sumsOfCounts}, NULL AS latency, NULL AS speed ${within}`,
      ),
      histograms: tableOf(histogramNames, (name) =>
        database.prepare<Bounds, Uint8Array>(`SELECT ${name} ${within} AND ${name} IS NOT NULL`).pluck(),
      ),
    };
  };
  const levels = {
    days: { unit: dayMs, ...prepareLevel('days') },
    hours: { unit: hourMs, ...prepareLevel('hours') },
  };
  const horizons = prepareHorizons(database);
  const source: CountSource = {
    horizons: () => given(horizons()),
    addLevel(level, sum, key, { from, to }) {
      const { unit, sums, histograms } = levels[level];
      const bounds: Bounds = [key, from / unit, to / unit];
      const row = sums.get(...bounds);
      if (row !== undefined) addRow(sum, row);
      for (const name of histogramNames)
        for (const blob of histograms[name].all(...bounds)) decodeLatencyInto(sum[name], blob);
      return given(undefined);
    },
    addRaw: prepareRawCounts(database),
  };
  return (key, from, to, without = []) => readNow(readCounts(source, key, { from, to }, without));
}
