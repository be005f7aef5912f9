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
