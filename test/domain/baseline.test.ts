import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  comparedHours,
  leastLateMs,
  leastSamples,
  usualOf,
  withBaseline,
  type Usual,
} from '../../src/domain/baseline.js';
import { observe, relativeError, type Histogram } from '../../src/domain/histogram.js';
import type { Model } from '../../src/domain/model.js';
import { dayMs, hourMs } from '../../src/domain/period.js';
import { notSent, type CheckResult } from '../../src/domain/result.js';
import { observeSpeed } from '../../src/domain/speed.js';
import { modelNamed } from '../app/parts.js';

const model = (baseline: number | null, changes: Partial<Model> = {}): Model =>
  modelNamed('gpt', {
    slow: { durationMs: null, firstTokenMs: null, ...(baseline !== null && { baseline }) },
    ...changes,
  });

const good = (changes: Partial<CheckResult>): CheckResult => ({
  ...notSent(0, 'ok', 'healthy', null),
  durationMs: 100,
  ...changes,
});

const histogramOf = (values: readonly number[]): Histogram => {
  const histogram: Histogram = new Map();
  for (const value of values) observe(histogram, value);
  return histogram;
};
const usualOfDurations = (values: readonly number[]): Usual =>
  usualOf({ latency: histogramOf(values), speed: new Map() });

const time = fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2099, 0, 1) });
const ms = fc.integer({ min: 1, max: 1_000_000 });

describe('the hours that a check is compared with', () => {
  it('are the same hour of the day on the seven days before, each of them over', () => {
    fc.assert(
      fc.property(time, (now) => {
        const hours = comparedHours(now);
        const hour = Math.floor(now / hourMs) * hourMs;
        expect(hours).toEqual([1, 2, 3, 4, 5, 6, 7].map((day) => hour - day * dayMs));
      }),
    );
  });
});

describe('what is usual', () => {
  it('is the median of the hours, from 50 results on', () => {
    fc.assert(
      fc.property(fc.array(ms, { minLength: 1, maxLength: 120 }), (values) => {
        const { durationMs } = usualOfDurations(values);
        if (values.length < leastSamples) expect(durationMs).toBeNull();
        else {
          const median = [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;
          expect(Math.abs(durationMs! / median - 1)).toBeLessThanOrEqual(relativeError + 1e-9);
        }
      }),
    );
  });

  it('is not moved beyond what was good by slow results that are fewer than half', () => {
    fc.assert(
      fc.property(
        fc.array(ms, { minLength: 60, maxLength: 90 }),
        fc.array(fc.integer({ min: 1_000_000, max: 100_000_000 }), { maxLength: 59 }),
        (before, slow) => {
          const most = Math.max(...before);
          expect(usualOfDurations([...before, ...slow]).durationMs!).toBeLessThanOrEqual(
            most * (1 + relativeError) + 1e-9,
          );
        },
      ),
    );
  });

  it('is the new speed once more than half of the week has it', () => {
    const days = (count: number, value: number) => Array.from({ length: count * 20 }, () => value);
    expect(usualOfDurations([...days(4, 100), ...days(3, 1_000)]).durationMs).toBeCloseTo(100, -1);
    expect(usualOfDurations([...days(3, 100), ...days(4, 1_000)]).durationMs).toBeCloseTo(1_000, -2);
  });

  it('knows the throughput and the first token of streams', () => {
    const speed: Histogram = new Map();
    for (let n = 0; n < leastSamples; n += 1)
      observeSpeed(speed, {
        firstTokenMs: 200,
        usage: { inputTokens: 1, outputTokens: 51 },
        speed: { firstTextMs: 200, firstReasoningMs: null, contentMs: 1_000, gapMs: 10 },
      });
    const { durationMs, firstTokenMs, tokensPerSecond } = usualOf({ latency: new Map(), speed });
    expect(durationMs).toBeNull();
    expect(firstTokenMs! / 200).toBeCloseTo(1, 1);
    expect(tokensPerSecond! / 50).toBeCloseTo(1, 1);
  });
});

describe('a result slower than usual', () => {
  const usual: Usual = { durationMs: 600, firstTokenMs: 200, tokensPerSecond: 60 };
  const streamed = (tokens: number) => ({
    usage: { inputTokens: 1, outputTokens: tokens + 1 },
    speed: { firstTextMs: 100, firstReasoningMs: null, contentMs: 1_000, gapMs: 1 },
  });

  it.each([
    [good({ durationMs: 1_800 }), null],
    [
      good({ durationMs: 1_801 }),
      'took 1801 ms, over 1800 ms, 3 times the usual 600 ms (median of 7 days at this hour)',
    ],
    [
      good({ firstTokenMs: 601 }),
      'first text after 601 ms, over 600 ms, 3 times the usual 200 ms (median of 7 days at this hour)',
    ],
    [good(streamed(20)), null],
    [
      good(streamed(19)),
      'wrote 19.0 tokens/s, under 20.0, 1/3 of the usual 60.0 (median of 7 days at this hour)',
    ],
  ])('is slow, with the figure and the threshold: %#', (result, detail) => {
    const told = withBaseline(result, usual, model(3));
    expect(told).toEqual(
      detail === null ? result : { ...result, reason: 'slow', outcome: 'degraded', detail },
    );
  });

  it('stays as it is where nothing is known, nothing is asked for, or another reason stands', () => {
    const late = good({ durationMs: 1_000_000, firstTokenMs: 1_000_000 });
    const unknown: Usual = { durationMs: null, firstTokenMs: null, tokensPerSecond: null };
    expect(withBaseline(late, unknown, model(3))).toBe(late);
    expect(withBaseline(late, usual, model(null))).toBe(late);
    const failed = { ...late, reason: 'timeout', outcome: 'unhealthy' } as const;
    expect(withBaseline(failed, usual, model(3))).toBe(failed);
    const stalled = { ...late, stalled: true } as const;
    expect(withBaseline(stalled, usual, model(3))).toBe(stalled);
    expect(withBaseline(late, usual, model(3, { probe: 'models' })).reason).toBe('ok');
  });

  it('is not slow by what may be a delay of the network or of the monitor', () => {
    const quick: Usual = { durationMs: 8, firstTokenMs: 5, tokensPerSecond: 4_000 };
    const soon = { firstTextMs: 5, firstReasoningMs: null, contentMs: 60, gapMs: 40 };
    const usage = { inputTokens: 1, outputTokens: 20 };
    const jittered = good({ durationMs: 100, firstTokenMs: 60, usage, speed: soon });
    expect(withBaseline(jittered, quick, model(3)).reason).toBe('ok');
    expect(withBaseline(good({ durationMs: 110 }), quick, model(3)).reason).toBe('slow');
    const paced = { ...soon, contentMs: 500 };
    expect(withBaseline(good({ durationMs: 10, usage, speed: paced }), quick, model(3)).reason).toBe('slow');
  });

  it('is slow if and only if a measure is beyond its limit', () => {
    fc.assert(
      fc.property(ms, ms, fc.double({ min: 1.1, max: 100, noNaN: true }), (took, median, factor) => {
        const known: Usual = { durationMs: median, firstTokenMs: null, tokensPerSecond: null };
        const { reason } = withBaseline(good({ durationMs: took }), known, model(factor));
        const isLate = took > factor * median && took - median >= leastLateMs;
        expect(reason).toBe(isLate ? 'slow' : 'ok');
      }),
    );
  });

  it('has the outcome that the model gives slowness', () => {
    const told = withBaseline(
      good({ durationMs: 10_000 }),
      usual,
      model(3, { outcomes: { slow: 'healthy' } }),
    );
    expect([told.reason, told.outcome]).toEqual(['slow', 'healthy']);
  });
});
