import { emptyRollup, type Rollup } from '../domain/rollup.js';
import type { Interval, State } from '../domain/state.js';
import type { Tally } from './tally.js';
import type { Resolution } from './window.js';

/** Figures of one step of a series. */
export interface SeriesBucket extends Interval, Rollup {
  /** False where counts of so short a time are no longer kept; its durations are valid nevertheless. */
  readonly counted: boolean;
}

/** A window cut at the multiples of `stepMs`. */
export interface Series extends Interval {
  readonly stepMs: number;
  /** The unit in which the oldest counts are kept: shorter buckets are not counted, and ends are moved to it. */
  readonly resolution: Resolution;
  readonly buckets: readonly SeriesBucket[];
}

type Bucket = Interval & Tally & { counted: boolean };

/** The buckets of a series while it is computed. */
export interface SeriesBuckets {
  readonly stepMs: number;
  readonly all: readonly Bucket[];
  /** The bucket that contains `time` (Unix ms), also where the window clips it. */
  at(time: number): Bucket;
  within(window: Interval): readonly Bucket[];
  spend(interval: Interval & { readonly state: State }): void;
  /** Marks buckets that start at or after `since` as counted; returns the start of the first, or the end of all. */
  countFrom(since: number): number;
}

/** Empty buckets over `window` (Unix ms). */
export function createSeriesBuckets({ from, to }: Interval, stepMs: number): SeriesBuckets {
  const first = Math.floor(from / stepMs);
  const count = from < to ? Math.ceil(to / stepMs) - first : 0;
  const all = Array.from({ length: count }, (_, index): Bucket => {
    const start = (first + index) * stepMs;
    const clipped = { from: Math.max(from, start), to: Math.min(to, start + stepMs) };
    return { ...clipped, ...emptyRollup(), counted: false };
  });

  const at = (time: number): Bucket => {
    const bucket = all[Math.floor(time / stepMs) - first];
    if (bucket === undefined) throw new RangeError(`${time} is outside of the series`);
    return bucket;
  };
  const within = (window: Interval): Bucket[] =>
    window.from < window.to
      ? all.slice(Math.floor(window.from / stepMs) - first, Math.ceil(window.to / stepMs) - first)
      : [];

  return {
    stepMs,
    all,
    at,
    within,
    spend({ state, ...interval }) {
      for (const { durations, ...bucket } of within(interval)) {
        durations[state] += Math.min(interval.to, bucket.to) - Math.max(interval.from, bucket.from);
      }
    },
    countFrom(since) {
      const counted = all.filter((bucket) => bucket.from >= since);
      for (const bucket of counted) bucket.counted = true;
      return counted[0]?.from ?? to;
    },
  };
}
