import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeInto, observe, quantile, relativeError, type Histogram } from '../../src/domain/histogram.js';

const durations = fc.array(fc.double({ min: 1, max: 600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});
const fractions = fc.constantFrom(0, 0.5, 0.95, 0.99, 1);

describe('latency histogram', () => {
  it('returns every quantile within its relative error', () => {
    fc.assert(
      fc.property(durations, fractions, (values, q) => {
        const histogram: Histogram = new Map();
        for (const value of values) observe(histogram, value);
        const exact = [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)]!;
        expect(Math.abs(quantile(histogram, q)! - exact) / exact).toBeLessThanOrEqual(relativeError + 1e-9);
      }),
    );
  });

  it('returns null without observations', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
  });

  it('merges to the histogram of all values', () => {
    fc.assert(
      fc.property(durations, durations, (left, right) => {
        const both: Histogram = new Map();
        const a: Histogram = new Map();
        const b: Histogram = new Map();
        for (const value of left) [both, a].forEach((histogram) => observe(histogram, value));
        for (const value of right) [both, b].forEach((histogram) => observe(histogram, value));
        mergeInto(a, b);
        expect(a).toEqual(both);
      }),
    );
  });
});
