import { describe, expect, it } from '@jest/globals';
import { emptyRollup } from '../../src/domain/rollup.js';
import { noDurations } from '../../src/domain/timeline.js';
import { slotOf } from '../../src/domain/time.js';
import { budgetText } from '../../src/page/error-budget.js';
import { modelPastOf, monthStarts, stepOf, type PastIncident } from '../../src/page/model-past.js';
import { noon, sampleResult } from '../metrics/sample-view.js';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

function bucket(from: number, to: number, changes: Partial<ReturnType<typeof emptyRollup>> = {}) {
  return { from, to, ...emptyRollup(), ...changes };
}

const incident = (id: number, openedAt: number, closedAt: number | null = null): PastIncident => ({
  id,
  openedAt,
  closedAt,
  reason: 'timeout',
  blame: 'provider',
  checksFailed: 3,
  lastDetail: null,
  notes: [],
  exclusions: [],
});

function pastOf(changes: Partial<Parameters<typeof modelPastOf>[0]> = {}) {
  return modelPastOf({
    now: noon,
    window: { from: noon - hour, to: noon },
    course: [],
    intervals: [],
    days: [],
    hours: [],
    incidents: [],
    allIncidents: true,
    streamed: null,
    ...changes,
  });
}

describe('past of a model', () => {
  it('has steps of which a window has at most 150', () => {
    for (const length of [minute, hour, 6 * hour, day, 7 * day, 30 * day, 365 * day, 3_660 * day]) {
      const step = stepOf({ from: noon - length, to: noon });
      expect(length / step).toBeLessThanOrEqual(150);
    }
    expect(stepOf({ from: noon - day, to: noon })).toBe(10 * minute);
  });

  it('adds days to UTC months, newest first, and only those in which the model was known', () => {
    const durations = { ...noDurations, healthy: 23 * hour, unhealthy: hour };
    const start = Date.UTC(2025, 11, 30);
    const days = [0, 1, 2, 3].map((index) =>
      bucket(start + index * day, start + (index + 1) * day, { durations }),
    );
    const { months } = pastOf({ days, incidents: [incident(1, start + 5 * minute, start + hour)] });
    expect(months.map(({ from, to, incidents }) => [from, to, incidents])).toEqual([
      [Date.UTC(2026, 0, 1), start + 4 * day, 0],
      [start, Date.UTC(2026, 0, 1), 1],
    ]);
    expect(months[0]?.durations.unhealthy).toBe(2 * hour);
  });

  it('does not count incidents of months of which not all are read', () => {
    const days = [Date.UTC(2025, 10, 30), Date.UTC(2025, 11, 31), Date.UTC(2026, 0, 1)].map((from) =>
      bucket(from, from + day),
    );
    const incidents = [incident(9, Date.UTC(2026, 0, 1, 5)), incident(8, Date.UTC(2025, 11, 31, 5))];
    const { months } = pastOf({ days, incidents, allIncidents: false });
    expect(months.map((month) => month.incidents)).toEqual([2, null, null]);
  });

  it('has the middle of the first tokens of each step, of answers only', () => {
    const at = (ms: number, firstTokenMs: number, outcome: 'healthy' | 'unhealthy' = 'healthy') =>
      sampleResult({ slot: slotOf(noon - ms), firstTokenMs, outcome });
    const ofWindow = [
      at(1_000, 300),
      at(2_000, 9, 'unhealthy'),
      at(3_000, 100),
      at(4_000, 200),
      at(61_000, 50),
    ];
    const course = [bucket(noon - 2 * minute, noon - minute), bucket(noon - minute, noon)];
    const { steps, firstToken } = pastOf({ course, streamed: { ofWindow, latest: ofWindow } });
    expect(steps.map((step) => step.firstToken)).toEqual([50, 200]);
    expect(firstToken).toEqual({ p50: 100, p95: 300 });
    expect(pastOf().firstToken).toBeNull();
  });

  it('starts months at their first day', () => {
    expect(monthStarts(Date.UTC(2026, 2, 31, 12)).slice(0, 3)).toEqual([
      Date.UTC(2026, 2, 1),
      Date.UTC(2026, 1, 1),
      Date.UTC(2026, 0, 1),
    ]);
  });
});

describe('error budget', () => {
  const known = (unhealthy: number) => ({ ...noDurations, healthy: 100 * hour - unhealthy, unhealthy });

  it('is that of the report', () => {
    expect(budgetText(0.99, known(15 * minute))).toEqual({
      used: 0.25,
      over: false,
      left: '45 min left',
      share: '25.00 % used',
      whole: '1 h',
    });
    expect(budgetText(0.99, known(90 * minute))).toMatchObject({
      over: true,
      left: '30 min over',
      share: '150.00 % used',
    });
  });

  it('is not told where nothing is known', () => {
    expect(budgetText(0.99, noDurations)).toBeNull();
  });
});
