import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCalendar } from '../../src/calendar/calendar.js';
import { burnWindows } from '../../src/alerts/burn-window.js';
import {
  feasibilityLines,
  highestObjective,
  longestIntervalMs,
  lowestObjective,
} from '../../src/alerts/feasibility.js';
import type { Model } from '../../src/domain/model.js';
import { sampleModel } from '../metrics/sample-view.js';

const minuteMs = 60_000;
const calendar = createCalendar();
const anyWindow = fc.constantFrom(...burnWindows);
const anyObjective = fc.integer({ min: 1, max: 9_999 }).map((tenThousandths) => tenThousandths / 10_000);
const every = (everyMs: number): Partial<Model> => ({ schedule: { kind: 'every', everyMs } });
const linesFor = (...models: Partial<Model>[]): string[] =>
  feasibilityLines(
    models.map((model) => sampleModel('gpt', model)),
    calendar,
  );

describe('single failed check', () => {
  it('stays within the burn rate exactly up to the longest interval', () => {
    fc.assert(
      fc.property(
        anyWindow,
        anyObjective,
        fc.integer({ min: 1, max: 7_200_000 }),
        (window, objective, intervalMs) => {
          // Of the checks in the window, one fails.
          const ratio = intervalMs / window.longMs;
          const allowed = window.burn * (1 - objective);
          fc.pre(Math.abs(ratio - allowed) > 1e-6);
          expect(intervalMs > longestIntervalMs(window, objective)).toBe(ratio > allowed);
        },
      ),
    );
  });

  it('stays within the burn rate at the suggested objective, and not above it', () => {
    fc.assert(
      fc.property(anyWindow, fc.integer({ min: 1_000, max: 3_600_000 }), (window, intervalMs) => {
        const objective = highestObjective(window, intervalMs);
        expect(intervalMs).toBeLessThanOrEqual(longestIntervalMs(window, objective));
        expect(intervalMs).toBeGreaterThan(longestIntervalMs(window, objective + 0.0002));
      }),
    );
  });

  it.each([
    [0.99, '1h', 518_400],
    [0.999, '1h', 51_840],
    [0.9, '1h', 5_184_000],
    [0.9999, '3d', 25_920],
    [0.99, '6h', 1_296_000],
  ])('at objective %d and window %s may occur every %d ms', (objective, long, expected) => {
    const window = burnWindows.find((one) => one.long === long)!;
    expect(longestIntervalMs(window, objective)).toBe(expected);
  });
});

it('constant failure exceeds the burn rate exactly from the lowest objective on', () => {
  for (const window of burnWindows) {
    expect(window.burn * (1 - lowestObjective(window))).toBeLessThan(1);
    expect(window.burn * (1 - (lowestObjective(window) - 0.0002))).toBeGreaterThan(1);
  }
});

describe('feasibility lint', () => {
  it('reports nothing for a model with a suitable interval, without an objective, or paused', () => {
    expect(linesFor({ slo: 0.99, ...every(minuteMs) })).toEqual([]);
    expect(linesFor({ slo: null, ...every(86_400_000) })).toEqual([]);
    expect(linesFor({ slo: 0.9999, pause: true, ...every(86_400_000) })).toEqual([]);
  });

  it('reports windows that a single failure exceeds, with a suggestion', () => {
    expect(linesFor({ slo: 0.999, ...every(minuteMs) })).toEqual([
      'model gpt: slo 0.999, a check every 1m: one failed check alone exceeds the burn rate of 1h, so that only the floor of 3 failures decides; a check every 51s or slo 0.9988 would do',
    ]);
  });

  it('suggests no interval under a second', () => {
    expect(linesFor({ slo: 0.99999, ...every(1_000) })).toEqual([
      'model gpt: slo 0.99999, a check every 1s: one failed check alone exceeds the burn rate of 1h, so that only the floor of 3 failures decides; slo 0.9999 would do',
    ]);
  });

  it('reports windows with too few checks', () => {
    expect(linesFor({ slo: 0.9, ...every(20 * minuteMs) })).toContain(
      'model gpt: slo 0.9, a check every 20m: checks are too rare for 1h, 6h, so that nothing is said of them; a check every 3m would do',
    );
  });

  it('reports windows whose burn rate cannot be reached', () => {
    expect(linesFor({ slo: 0.5, ...every(minuteMs) })).toEqual([
      'model gpt: slo 0.5, a check every 1m: not even failing all the time exceeds the burn rate of 1h, 6h, 1d; slo 0.9306 would do',
    ]);
  });

  it('uses the mean interval of a cron schedule', () => {
    const schedule = { kind: 'cron', expression: '*/10 * * * *', timezone: 'UTC', spreadMs: null } as const;
    expect(linesFor({ slo: 0.95, schedule })).toEqual([
      'model gpt: slo 0.95, a check every 10m: checks are too rare for 1h, so that nothing is said of them; a check every 3m would do',
    ]);
  });

  it('sorts its lines', () => {
    const models = ['b', 'c', 'a'].map((id) => sampleModel(id, { slo: 0.5, ...every(minuteMs) }));
    expect(feasibilityLines(models, calendar).map((line) => line.slice(0, 8))).toEqual([
      'model a:',
      'model b:',
      'model c:',
    ]);
  });
});
