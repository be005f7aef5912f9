import type { Database } from 'better-sqlite3';
import { clipTo, merge, subtract } from '../../../domain/intervals.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import { states, type Interval } from '../../../domain/state.js';
import { intervalsOf } from '../../../domain/timeline.js';
import { clip, silenceAfter, type Past } from '../../history.js';
import { prepareHorizons } from '../../horizons.js';
import { prepareRawCounts } from './count-query.js';
import { addRow, countColumns, type RollupRow } from '../rows/rollup-row.js';
import { createSeriesBuckets, type Series, type SeriesBuckets } from '../../series-buckets.js';
import { prepareTimeline } from './timeline-query.js';
import { coarsest, partsOf, snap, type Horizons, type Parts } from '../../window.js';

type Bounds = [model: number, from: number, to: number];

/** Cuts a model's past into steps counted from the epoch, all from one snapshot of the file. */
type ReadSeries = (past: Past, window: Interval, stepMs: number) => Series;

export function prepareSeries(database: Database): ReadSeries {
  const horizons = prepareHorizons(database);
  const addSeconds = prepareSeconds(database);
  const addCounts = prepareCounts(database);
  return database.transaction((past: Past, window: Interval, stepMs: number): Series => {
    const complete = horizons();
    const { from, to } = clip(past.stored, { from: Math.max(window.from, complete.days), to: window.to });
    const buckets = createSeriesBuckets({ from, to }, stepMs);
    const excluded = clipTo(merge(past.exclusions), { from, to });
    for (const part of subtract({ from, to }, excluded)) addSeconds(buckets, past, part, complete);
    for (const part of excluded) buckets.spend({ ...part, state: 'maintenance' });

    // Older data are not kept at this resolution.
    const since =
      stepMs % dayMs === 0 ? complete.days : stepMs % hourMs === 0 ? complete.hours : complete.checks;
    const counted = buckets.countFrom(since);
    const pieces = subtract({ from: counted, to }, excluded).map((piece) => snap(piece, complete));
    for (const piece of merge(pieces)) addCounts(buckets, past.key, piece, complete);
    const resolutions = pieces.map(({ resolution }) => resolution);
    if (counted > from) resolutions.push(from < complete.hours ? 'day' : 'hour');
    return { from, to, stepMs, resolution: coarsest(resolutions), buckets: buckets.all };
  });
}

/** The stored rows of whole days and hours, each with the Unix ms of its start; returns the time that has none. */
function prepareRows(database: Database, columns: string) {
  const rows = (table: 'hours' | 'days') =>
    database.prepare<Bounds, RollupRow & { readonly span: number }>(
      `SELECT span, ${columns} FROM ${table} WHERE model = ? AND span >= ? AND span < ?`,
    );
  const levels = [
    { level: 'days', unit: dayMs, rows: rows('days') },
    { level: 'hours', unit: hourMs, rows: rows('hours') },
  ] as const;
  return (key: number, parts: Parts, take: (from: number, row: RollupRow) => void): Interval[] => {
    const without: Interval[] = [];
    for (const { level, unit, rows } of levels) {
      for (const { from, to } of parts[level]) {
        let next = from;
        for (const row of rows.iterate(key, from / unit, to / unit)) {
          const start = row.span * unit;
          if (next < start) without.push({ from: next, to: start });
          take(start, row);
          next = start + unit;
        }
        if (next < to) without.push({ from: next, to });
      }
    }
    return without;
  };
}

/** ms per state: whole units from rollups up to the newest slot, the rest from the points of the time line. */
function prepareSeconds(database: Database) {
  const { points } = prepareTimeline(database);
  const columns = states.map((state) => `${state}_ms`).join(', ');
  const eachRow = prepareRows(database, `${columns}, NULL AS latency`);

  return (
    buckets: SeriesBuckets,
    { key, stored }: Past,
    { from, to }: Interval,
    complete: Horizons,
  ): void => {
    const settled = { from, to: Math.min(to, stored.settled) };
    const parts = partsOf(settled, complete, buckets.stepMs);
    const without = eachRow(key, parts, (start, row) => {
      const { durations } = buckets.at(start);
      for (const state of states) durations[state] += Number(row[`${state}_ms`]);
    });
    // A day of one state in which nothing was checked may have no hours.
    for (const part of [...parts.rest, ...without]) {
      for (const told of intervalsOf(points(key, part.from, part.to), part)) buckets.spend(told);
    }
    for (const told of intervalsOf(silenceAfter(stored, to), { from, to })) buckets.spend(told);
  };
}

/** Results, tokens and latencies, from the coarsest level that fits into the step. */
function prepareCounts(database: Database) {
  const eachRow = prepareRows(database, countColumns);
  const addRaw = prepareRawCounts(database);

  return (buckets: SeriesBuckets, key: number, window: Interval, complete: Horizons): void => {
    const parts = partsOf(window, complete, buckets.stepMs);
    eachRow(key, parts, (start, row) => addRow(buckets.at(start), row));
    for (const part of parts.rest) {
      for (const bucket of buckets.within(part)) addRaw(bucket, key, clipTo([bucket], part));
    }
  };
}
