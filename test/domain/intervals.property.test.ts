import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clipTo, merge, subtract, totalOf } from '../../src/domain/intervals.js';
import type { Interval } from '../../src/domain/state.js';

const end = 40;
const moment = fc.integer({ min: 0, max: end });
const interval = fc.record({ from: moment, to: moment });
const window = fc.tuple(moment, moment).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const any = fc.array(interval, { maxLength: 8 });

/** For each millisecond whether one of the intervals holds it; the slow way. */
function heldBy(intervals: readonly Interval[]): boolean[] {
  return Array.from({ length: end }, (_, ms) => intervals.some(({ from, to }) => from <= ms && ms < to));
}

/** In order, not empty, none that overlaps or touches another. */
function expectTidy(intervals: readonly Interval[]): void {
  intervals.forEach(({ from, to }, index) => {
    expect(to).toBeGreaterThan(from);
    if (index > 0) expect(from).toBeGreaterThan(intervals[index - 1]!.to);
  });
}

describe('intervals', () => {
  it('are merged without changing their content or the input', () => {
    fc.assert(
      fc.property(any, (intervals) => {
        const before = structuredClone(intervals);
        const united = merge(intervals);
        expectTidy(united);
        expect(heldBy(united)).toEqual(heldBy(intervals));
        expect(merge(united)).toEqual(united);
        expect(intervals).toEqual(before);
      }),
    );
  });

  it('are clipped to their part of a window', () => {
    fc.assert(
      fc.property(any, window, (intervals, within) => {
        const clipped = clipTo(merge(intervals), within);
        expectTidy(clipped);
        const inside = heldBy([within]);
        expect(heldBy(clipped)).toEqual(heldBy(intervals).map((held, ms) => held && inside[ms]));
      }),
    );
  });

  it('subtracted from a window leave the rest', () => {
    fc.assert(
      fc.property(any, window, (intervals, within) => {
        const left = subtract(within, merge(intervals));
        expectTidy(left);
        const inside = heldBy([within]);
        expect(heldBy(left)).toEqual(heldBy(intervals).map((held, ms) => !held && inside[ms]));
      }),
    );
  });

  it('have the total length of their milliseconds', () => {
    fc.assert(
      fc.property(any, window, (intervals, within) => {
        const united = merge(intervals);
        expect(totalOf(united)).toBe(heldBy(intervals).filter(Boolean).length);
        expect(totalOf(clipTo(united, within)) + totalOf(subtract(within, united))).toBe(
          within.to - within.from,
        );
      }),
    );
  });
});
