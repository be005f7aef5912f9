import { clipTo, merge, subtract, totalOf } from '../../domain/intervals.js';
import type { Interval, StateDurations } from '../../domain/state.js';
import { addDurations, noDurations, takeDurations, totalMs } from '../../domain/timeline.js';
import { stateCodes } from '../codes.js';
import type { ModelKey } from '../port.js';
import { partsOf, type Horizons } from '../window.js';
import type { Reading } from './reading.js';

/** Up to this many changes in a window, summing points is faster than reading rollups. */
export const fewPoints = 60;

/** A point is encoded as one number, from its time and state: creating an object per row would take most of the time. */
export const pointBase = 8;

interface PackedPoints {
  /** The one in effect at the start of the window. */
  readonly first: number | undefined;
  readonly later: readonly number[];
}

/** What a store is asked for, so that it can tell the time in each state. */
export interface TimelineSource {
  horizons(): Reading<Horizons>;
  /** Points of the window, the first `fewPoints` of them with `few`. */
  points(key: ModelKey, window: Interval, few: boolean): Reading<PackedPoints>;
  /** Sums over the stored rows of whole hours or days; undefined or 0 where there are none. */
  sum(level: 'hours' | 'days', key: ModelKey, part: Interval): Reading<StateDurations | undefined>;
}

/** ms per state over a window, without the time in `holes`, which are ascending and disjoint. */
function sumPoints(
  { first, later }: PackedPoints,
  { from, to }: Interval,
  holes: readonly Interval[],
): StateDurations {
  const durations = { ...noDurations };
  const packed = first === undefined ? later : [first, ...later];
  // Points and holes are in ascending order, so one pass is enough.
  let hole = 0;
  packed.forEach((point, index) => {
    const next = packed[index + 1];
    const begin = Math.max(from, Math.floor(point / pointBase));
    const end = next === undefined ? to : Math.floor(next / pointBase);
    let spent = Math.max(0, end - begin);
    for (let cut = holes[hole]; cut !== undefined && cut.from < end; cut = holes[hole]) {
      spent -= Math.max(0, Math.min(cut.to, end) - Math.max(cut.from, begin));
      if (cut.to > end) break;
      hole += 1;
    }
    durations[stateCodes.toWord(point % pointBase)] += spent;
  });
  return durations;
}

function* allPoints(source: TimelineSource, key: ModelKey, part: Interval): Reading<StateDurations> {
  return sumPoints(yield* source.points(key, part, false), part, []);
}

/** A day of one state in which nothing was checked may have no hours. */
function* ofHours(source: TimelineSource, key: ModelKey, part: Interval): Reading<StateDurations> {
  const sum = yield* source.sum('hours', key, part);
  const isComplete = sum !== undefined && totalMs(sum) === part.to - part.from;
  return isComplete ? sum : yield* allPoints(source, key, part);
}

/** The part of a window that is not deleted; its first points are what is read first. */
export const knownOf = ({ from, to }: Interval, complete: Horizons): Interval => ({
  from: Math.min(to, Math.max(from, complete.days)),
  to,
});

function* durationsIn(
  source: TimelineSource,
  key: ModelKey,
  { from, to }: Interval,
  holes: readonly Interval[],
  complete: Horizons,
): Reading<StateDurations> {
  // Deleted time is unknown: otherwise a share of the rest would count as one of the whole window.
  const known = knownOf({ from, to }, complete);
  const deleted = totalOf(subtract({ from, to: known.from }, holes));
  const givenUp: StateDurations = { ...noDurations, unknown: deleted };
  const few = yield* source.points(key, known, true);
  if (few.later.length < fewPoints) return addDurations(givenUp, sumPoints(few, known, holes));
  const parts = partsOf(known, complete);
  let whole = givenUp;
  for (const part of parts.days)
    whole = addDurations(whole, (yield* source.sum('days', key, part)) ?? noDurations);
  for (const part of parts.hours) whole = addDurations(whole, yield* ofHours(source, key, part));
  for (const part of parts.rest) whole = addDurations(whole, yield* allPoints(source, key, part));
  // Between many holes little is whole hours and days, so the rest is not summed piece by piece.
  for (const hole of clipTo(holes, known))
    whole = takeDurations(whole, yield* durationsIn(source, key, hole, [], complete));
  return whole;
}

/** Time that is left out of a window: ascending and disjoint. */
export const holesIn = (window: Interval, without: readonly Interval[]): Interval[] =>
  clipTo(merge(without), window);

/**
 * ms per state over `window` except in `holes`, as from `holesIn`. With holes the source must tell one state of the store, so
 * that the time of a hole was part of the whole.
 */
export function* readDurations(
  source: TimelineSource,
  key: ModelKey,
  window: Interval,
  holes: readonly Interval[],
): Reading<StateDurations> {
  return yield* durationsIn(source, key, window, holes, yield* source.horizons());
}
