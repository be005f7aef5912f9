import type { Database } from 'better-sqlite3';
import { dayMs, hourMs } from '../../../domain/period.js';
import { states, type Interval } from '../../../domain/state.js';
import type { Past } from '../../history.js';
import { given, readNow } from '../../read/reading.js';
import { readSeries, type SeriesSource } from '../../read/series-steps.js';
import { countColumns, type RollupRow } from '../../rows/rollup-row.js';
import type { Series } from '../../series-buckets.js';
import { prepareHorizons } from '../rows/horizon-row.js';
import { prepareRawCounts } from './count-query.js';
import { prepareTimeline } from './timeline-query.js';

type Bounds = [model: number, from: number, to: number];

/** Cuts a model's past into steps counted from the epoch, all from one snapshot of the file. */
type ReadSeries = (past: Past, window: Interval, stepMs: number) => Series;

const columnsOf = {
  seconds: `${states.map((state) => `${state}_ms`).join(', ')}, NULL AS latency, NULL AS speed`,
  counts: countColumns,
} as const;

export function prepareSeries(database: Database): ReadSeries {
  const horizons = prepareHorizons(database);
  const { points } = prepareTimeline(database);
  const rowsOf = (table: 'hours' | 'days') => {
    const prepare = (columns: string) =>
      database.prepare<Bounds, RollupRow & { readonly span: number }>(
        `SELECT span, ${columns} FROM ${table} WHERE model = ? AND span >= ? AND span < ?`,
      );
    return { seconds: prepare(columnsOf.seconds), counts: prepare(columnsOf.counts) };
  };
  const levels = {
    days: { unit: dayMs, ...rowsOf('days') },
    hours: { unit: hourMs, ...rowsOf('hours') },
  };
  const source: SeriesSource = {
    horizons: () => given(horizons()),
    points: (key, from, to) => given(points(key, from, to)),
    rows(level, figures, key, { from, to }) {
      const { unit, ...statements } = levels[level];
      return given(statements[figures].iterate(key, from / unit, to / unit));
    },
    addRaw: prepareRawCounts(database),
  };
  return database.transaction((past: Past, window: Interval, stepMs: number): Series =>
    readNow(readSeries(source, past, window, stepMs)),
  );
}
