import { clipTo, merge, subtract } from '../../domain/intervals.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { states, type Interval, type StatePoint } from '../../domain/state.js';
import { intervalsOf } from '../../domain/timeline.js';
import { clip, silenceAfter, type Past } from '../history.js';
import type { ModelKey } from '../port.js';
import { addRow, type RollupRow } from '../rows/rollup-row.js';
import { createSeriesBuckets, type Series, type SeriesBuckets } from '../series-buckets.js';
import { coarsest, partsOf, snap, type Horizons, type Parts } from '../window.js';
import type { CountSource } from './counted-results.js';
import type { Reading } from './reading.js';

/** Which figures of stored rows are read. */
export type Figures = 'seconds' | 'counts';

/** What a store is asked for, so that it can cut a past into steps. */
export interface SeriesSource extends Omit<CountSource, 'addLevel'> {
  points(key: ModelKey, from: number, to: number): Reading<readonly StatePoint[]>;
  /** The stored rows of whole hours or days in order. */
  rows(
    level: 'hours' | 'days',
    figures: Figures,
    key: ModelKey,
    part: Interval,
  ): Reading<Iterable<RollupRow & { readonly span: number }>>;
}

/** Cuts a model's past into steps counted from the epoch; the source must tell one state of the store. */
export function* readSeries(
  source: SeriesSource,
  past: Past,
  window: Interval,
  stepMs: number,
): Reading<Series> {
  const complete = yield* source.horizons();
  const { from, to } = clip(past.stored, { from: Math.max(window.from, complete.days), to: window.to });
  const buckets = createSeriesBuckets({ from, to }, stepMs);
  const excluded = clipTo(merge(past.exclusions), { from, to });
  for (const part of subtract({ from, to }, excluded))
    yield* addSeconds(source, buckets, past, part, complete);
  for (const part of excluded) buckets.spend({ ...part, state: 'maintenance' });

  // Older data are not kept at this resolution.
  const since =
    stepMs % dayMs === 0 ? complete.days : stepMs % hourMs === 0 ? complete.hours : complete.checks;
  const counted = buckets.countFrom(since);
  const pieces = subtract({ from: counted, to }, excluded).map((piece) => snap(piece, complete));
  for (const piece of merge(pieces)) yield* addCounts(source, buckets, past.key, piece, complete);
  const resolutions = pieces.map(({ resolution }) => resolution);
  if (counted > from) resolutions.push(from < complete.hours ? 'day' : 'hour');
  return { from, to, stepMs, resolution: coarsest(resolutions), buckets: buckets.all };
}

/** Takes the stored rows of whole days and hours, each with the Unix ms of its start; returns the time that has none. */
function* eachRow(
  source: SeriesSource,
  figures: Figures,
  key: ModelKey,
  parts: Parts,
  take: (from: number, row: RollupRow) => void,
): Reading<Interval[]> {
  const without: Interval[] = [];
  for (const [level, unit] of [
    ['days', dayMs],
    ['hours', hourMs],
  ] as const) {
    for (const part of parts[level]) {
      let next = part.from;
      for (const row of yield* source.rows(level, figures, key, part)) {
        const start = row.span * unit;
        if (next < start) without.push({ from: next, to: start });
        take(start, row);
        next = start + unit;
      }
      if (next < part.to) without.push({ from: next, to: part.to });
    }
  }
  return without;
}

/** ms per state: whole units from rollups up to the newest slot, the rest from the points of the time line. */
function* addSeconds(
  source: SeriesSource,
  buckets: SeriesBuckets,
  { key, stored }: Past,
  { from, to }: Interval,
  complete: Horizons,
): Reading<void> {
  const settled = { from, to: Math.min(to, stored.settled) };
  const parts = partsOf(settled, complete, buckets.stepMs);
  const without = yield* eachRow(source, 'seconds', key, parts, (start, row) => {
    const { durations } = buckets.at(start);
    for (const state of states) durations[state] += Number(row[`${state}_ms`]);
  });
  // A day of one state in which nothing was checked may have no hours.
  for (const part of [...parts.rest, ...without]) {
    const points = yield* source.points(key, part.from, part.to);
    for (const told of intervalsOf(points, part)) buckets.spend(told);
  }
  for (const told of intervalsOf(silenceAfter(stored, to), { from, to })) buckets.spend(told);
}

/** Results, tokens and latencies, from the coarsest level that fits into the step. */
function* addCounts(
  source: SeriesSource,
  buckets: SeriesBuckets,
  key: ModelKey,
  window: Interval,
  complete: Horizons,
): Reading<void> {
  const parts = partsOf(window, complete, buckets.stepMs);
  yield* eachRow(source, 'counts', key, parts, (start, row) => addRow(buckets.at(start), row));
  for (const part of parts.rest) {
    const stretches = buckets
      .within(part)
      .flatMap((tally) => clipTo([tally], part).map(({ from, to }) => ({ from, to, tally })));
    yield* source.addRaw(key, stretches);
  }
}
