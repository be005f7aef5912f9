import { merge } from './intervals.js';
import { dayMs } from './period.js';
import type { Interval } from './state.js';
import { append, type TimelineInterval } from './timeline.js';

/**
 * Time that an operator takes out of the figures, planned or after the fact: it counts as maintenance. What was seen
 * stays as it was recorded; an exclusion lies over it wherever the past is told. Times in Unix ms.
 */
export interface Exclusion extends Interval {
  readonly id: number;
  readonly reason: string;
  readonly createdAt: number;
}

/** Longest period, in ms, that a person excludes or plans as maintenance at once. */
export const longestPeriodMs = 366 * dayMs;

/** A time line as it is told: maintenance wherever an exclusion lies. The intervals touch each other, before and after. */
export function exclude(
  timeline: readonly TimelineInterval[],
  exclusions: readonly Interval[],
): TimelineInterval[] {
  const holes = merge(exclusions);
  if (holes.length === 0) return [...timeline];
  const told: TimelineInterval[] = [];
  // Both are in order, so each is walked once.
  let ahead = 0;
  for (const interval of timeline) {
    let { from } = interval;
    while ((holes[ahead]?.to ?? Infinity) <= from) ahead += 1;
    for (let at = ahead; from < interval.to; at += 1) {
      const hole = holes[at];
      const begin = Math.min(Math.max(from, hole?.from ?? Infinity), interval.to);
      if (from < begin) append(told, { ...interval, from, to: begin });
      const end = Math.min(hole?.to ?? Infinity, interval.to);
      if (begin < end) append(told, { from: begin, to: end, state: 'maintenance', reason: null });
      from = Math.max(begin, end);
    }
  }
  return told;
}
