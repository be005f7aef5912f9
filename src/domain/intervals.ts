import type { Interval } from './state.js';

/*
 * Sets of time as half-open intervals. `merge` normalizes a list: ascending, without empty, overlapping or adjacent
 * intervals. The other functions take and return normalized lists.
 */

/** Union: joins overlapping and adjacent intervals and drops empty ones. */
export function merge(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    if (from >= to) continue;
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) {
      if (to > last.to) merged[merged.length - 1] = { from: last.from, to };
    } else merged.push({ from, to });
  }
  return merged;
}

/** Intersection of the intervals with `window`. */
export function clipTo(intervals: readonly Interval[], window: Interval): Interval[] {
  return intervals
    .map(({ from, to }) => ({ from: Math.max(from, window.from), to: Math.min(to, window.to) }))
    .filter(({ from, to }) => from < to);
}

/** The parts of `window` outside all intervals. */
export function subtract(window: Interval, intervals: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let from = window.from;
  for (const hole of clipTo(intervals, window)) {
    if (from < hole.from) left.push({ from, to: hole.from });
    from = hole.to;
  }
  if (from < window.to) left.push({ from, to: window.to });
  return left;
}

/** Total length of the intervals in ms. */
export function totalOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Adds intervals and joins those less than `nearMs` apart, then the oldest ones until at most `most` are left. */
export function addBounded(
  intervals: readonly Interval[],
  added: readonly Interval[],
  { nearMs, most }: { readonly nearMs: number; readonly most: number },
): Interval[] {
  const joined: Interval[] = [];
  for (const each of [...intervals, ...added].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && each.from <= last.to + nearMs)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, each.to) };
    else joined.push(each);
  }
  const surplus = joined.length - most;
  if (surplus <= 0) return joined;
  const oldest = joined.splice(0, surplus + 1);
  return [{ from: oldest[0]?.from ?? 0, to: oldest.at(-1)?.to ?? 0 }, ...joined];
}
