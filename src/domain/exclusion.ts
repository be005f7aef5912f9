import { merge } from './intervals.js';
import { dayMs } from './period.js';
import type { Interval } from './state.js';
import { append, type TimelineInterval } from './timeline.js';

/**
 * Time that an operator excludes from the figures, in advance or later; it counts as maintenance. Recorded results
 * are not changed: exclusions are applied when history is read. Times in Unix ms.
 */
export interface Exclusion extends Interval {
  readonly id: number;
  readonly reason: string;
  readonly createdAt: number;
}

/** An exclusion without its text, as it is kept in memory: a model may have a thousand. */
export type ExcludedPeriod = Omit<Exclusion, 'reason'>;

/** Reason of an exclusion that outlives its database, which alone has the text. */
export const lostReason = 'planned before the database was lost; its reason was in that database';

/** The exclusion without its text. */
export const periodOf = ({ id, from, to, createdAt }: ExcludedPeriod): ExcludedPeriod => ({
  id,
  from,
  to,
  createdAt,
});

/** Longest exclusion or planned maintenance, in ms. */
export const longestPeriodMs = 366 * dayMs;

/** Replaces excluded time with maintenance. Input and output intervals are contiguous. */
export function exclude(
  timeline: readonly TimelineInterval[],
  exclusions: readonly Interval[],
): TimelineInterval[] {
  const holes = merge(exclusions);
  if (holes.length === 0) return [...timeline];
  const told: TimelineInterval[] = [];
  // Both lists are in ascending order, so one pass is enough.
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
