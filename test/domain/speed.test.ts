import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { relativeError, type Histogram } from '../../src/domain/histogram.js';
import { observeSpeed, speedCount, speedQuantile, tokensPerSecond } from '../../src/domain/speed.js';

const speed = (contentMs: number | null, gapMs: number | null = null) => ({
  firstTextMs: 100,
  firstReasoningMs: null,
  contentMs,
  gapMs,
});
const usage = (outputTokens: number) => ({ inputTokens: 5, outputTokens });

describe('tokens per second', () => {
  it.each([
    [usage(21), speed(1_000), 20],
    [usage(16), speed(1_000), 15],
    [usage(15), speed(1_000), null],
    [usage(100), speed(0), null],
    [usage(100), speed(0.4), null],
    [usage(100), speed(null), null],
    [null, speed(1_000), null],
    [usage(100), undefined, null],
  ])('of %j in %j are %p', (used, measured, expected) => {
    const result = { usage: used, ...(measured && { speed: measured }) };
    expect(tokensPerSecond(result)).toBe(expected);
  });
});

/** The value by nearest rank. */
const rank = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]!;

describe('a speed histogram', () => {
  const result = fc.record({
    firstTokenMs: fc.option(fc.integer({ min: 1, max: 600_000 })),
    contentMs: fc.option(fc.integer({ min: 1, max: 600_000 })),
    gapMs: fc.option(fc.integer({ min: 1, max: 600_000 })),
    tokens: fc.integer({ min: 0, max: 100_000 }),
  });

  it('tells each measure within 4 %, whatever the others are', () => {
    fc.assert(
      fc.property(
        fc.array(result, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (results, q) => {
          const histogram: Histogram = new Map();
          const values = { firstToken: [] as number[], throughput: [] as number[], gap: [] as number[] };
          for (const { firstTokenMs, contentMs, gapMs, tokens } of results) {
            const one = { firstTokenMs, speed: speed(contentMs, gapMs), usage: usage(tokens) };
            observeSpeed(histogram, one);
            const rate = tokensPerSecond(one);
            if (firstTokenMs !== null) values.firstToken.push(firstTokenMs);
            if (gapMs !== null) values.gap.push(gapMs);
            if (rate !== null) values.throughput.push(rate);
          }
          for (const measure of ['firstToken', 'throughput', 'gap'] as const) {
            expect(speedCount(histogram, measure)).toBe(values[measure].length);
            const found = speedQuantile(histogram, measure, q);
            if (values[measure].length === 0) expect(found).toBeNull();
            // Rates end at 733 million thousandths.
            else if (rank(values[measure], q) < 700_000)
              expect(Math.abs(found! / rank(values[measure], q) - 1)).toBeLessThanOrEqual(
                relativeError + 1e-9,
              );
          }
        },
      ),
    );
  });

  it('has nothing of a result of a release that measured no speed', () => {
    const histogram: Histogram = new Map();
    observeSpeed(histogram, { firstTokenMs: 80, usage: usage(40) });
    expect(histogram.size).toBe(0);
  });
});
