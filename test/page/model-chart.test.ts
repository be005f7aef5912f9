import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { states } from '../../src/domain/state.js';
import { noDurations } from '../../src/domain/timeline.js';
import { failedPath, linePath, scaleOf } from '../../src/page/latency-chart.js';
import { latencyScale } from '../../src/page/latency-scale.js';
import type { CourseStep } from '../../src/page/model-past.js';
import { columns, pathOf, runsOf, toldBySteps } from '../../src/page/state-runs.js';

const window = { from: 0, to: 1_440_000 };

/** A step of a tenth of the window. */
function step(index: number, changes: Partial<CourseStep> = {}): CourseStep {
  const [from, to] = [index * 144_000, (index + 1) * 144_000];
  const durations = { ...noDurations, healthy: to - from };
  return { from, to, durations, failed: 0, p50: null, p95: null, firstToken: null, ...changes };
}

const silent = { durations: { ...noDurations, unhealthy: 144_000 } };

describe('strip of states', () => {
  it('shows five bad seconds of a long day, and nothing of what is unknown', () => {
    const runs = runsOf(
      [
        { from: 0, to: 700_000, state: 'healthy' },
        { from: 700_000, to: 700_005, state: 'unhealthy' },
        { from: 700_005, to: 1_000_000, state: 'healthy' },
      ],
      window,
    );
    expect(runs).toEqual([
      { state: 'healthy', from: 0, to: 700 },
      { state: 'unhealthy', from: 700, to: 704 },
      { state: 'healthy', from: 704, to: 1_000 },
      { state: 'unknown', from: 1_000, to: columns },
    ]);
    expect(pathOf(runs, 'unhealthy', { height: 28 })).toBe('M700 0H704v28H700z');
    expect(pathOf(runs, 'maintenance', { height: 24 })).toBeNull();
  });

  it('shows what is bad at the very end', () => {
    const runs = runsOf([{ from: 1_439_999, to: 1_440_000, state: 'unhealthy' }], window);
    expect(runs.at(-1)).toEqual({ state: 'unhealthy', from: columns - 4, to: columns });
  });

  it('covers all columns once, whatever happened', () => {
    const interval = fc.tuple(
      fc.integer({ min: -9, max: 1_450_000 }),
      fc.nat(2_000_000),
      fc.constantFrom(...states),
    );
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 40 }), (told) => {
        const runs = runsOf(
          told.map(([from, ms, state]) => ({ from, to: from + ms, state })),
          window,
        );
        expect(runs[0]?.from).toBe(0);
        expect(runs.at(-1)?.to).toBe(columns);
        for (const [index, run] of runs.entries()) {
          expect(run.to).toBeGreaterThan(run.from);
          expect(run.to).toBe(runs[index + 1]?.from ?? columns);
        }
      }),
    );
  });

  it('is drawn by steps where there are too many changes', () => {
    const durations = { ...noDurations, healthy: 100_000, unhealthy: 44_000 };
    expect(toldBySteps([step(0, { durations })]).filter(({ from, to }) => from < to)).toEqual([
      { state: 'healthy', from: 0, to: 100_000 },
      { state: 'unhealthy', from: 100_000, to: 144_000 },
    ]);
  });
});

describe('chart of latencies', () => {
  const slow = { durationMs: null, firstTokenMs: null };

  it('has a scale from round value to round value that holds all', () => {
    expect(latencyScale([120, 2_800]).ticks).toEqual([100, 300, 1_000, 3_000]);
    expect(latencyScale([]).ticks).toEqual([100, 300, 1_000, 3_000]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, noNaN: true })), (values) => {
        const scale = latencyScale(values);
        expect(scale.ticks.length).toBeGreaterThanOrEqual(3);
        for (const value of values) {
          expect(scale.place(value)).toBeGreaterThanOrEqual(0);
          expect(scale.place(value)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('has the limit of slow on its scale', () => {
    const scale = scaleOf({
      steps: [step(0, { p50: 100, p95: 200 })],
      slow: { ...slow, durationMs: 20_000 },
    });
    expect(scale.ticks.at(-1)).toBe(30_000);
    expect(scale.place(20_000)).toBeGreaterThan(0);
  });

  it('breaks its line where no answer was to be expected, not where no check fell', () => {
    const steps = [
      step(0, { p95: 100 }),
      step(1),
      step(2, { p95: 100 }),
      step(3, silent),
      step(4, { p95: 100 }),
    ];
    const path = linePath(steps, ({ p95 }) => p95, { window, scale: latencyScale([100, 1_000]) });
    expect(path).toBe('M72 200L360 200M648 200h.1');
  });

  it('marks steps in which a check failed', () => {
    expect(failedPath([step(0), step(1, { failed: 2 })], window)).toBe('M216 8v-9');
  });
});
