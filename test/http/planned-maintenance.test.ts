import { describe, expect, it } from '@jest/globals';
import type { MaintenanceRule } from '../../src/config/settings.js';
import { createPlannedMaintenance } from '../../src/http/pages/planned-maintenance.js';

const now = Date.UTC(2026, 10, 29, 12, 30);
const hour = 3_600_000;
const recurring = (cron: string, durationMs: number, models = ['*']): MaintenanceRule => ({
  kind: 'recurring',
  cron,
  timezone: 'UTC',
  durationMs,
  models,
  reason: null,
});
const fixed = (from: number, to: number, models = ['*']): MaintenanceRule => ({
  kind: 'fixed',
  from,
  to,
  models,
  reason: 'why',
});

describe('planned maintenance', () => {
  const planned = createPlannedMaintenance();
  const of = (rule: MaintenanceRule, at = now) => planned.of([rule], ['a'], at);

  it('is that of the next two weeks, at most three windows of a rule', async () => {
    const nightly = await of(recurring('0 2 * * *', hour));
    expect(nightly.map(({ from, to }) => [new Date(from).toISOString(), to - from])).toEqual([
      ['2026-11-30T02:00:00.000Z', hour],
      ['2026-12-01T02:00:00.000Z', hour],
      ['2026-12-02T02:00:00.000Z', hour],
    ]);
    expect(await of(recurring('0 2 1 2 *', hour))).toEqual([]);
    expect(await of(fixed(now + 15 * 24 * hour, now + 16 * 24 * hour))).toEqual([]);
    expect(await of(fixed(now + hour, now + 2 * hour))).toHaveLength(1);
  });

  it('leaves out what has begun, and rules of other models', async () => {
    expect(await of(fixed(now - hour, now + hour))).toEqual([]);
    expect(await of(fixed(now, now + hour))).toEqual([]);
    expect(await of(fixed(now + hour, now + 2 * hour, ['b']))).toEqual([]);
  });

  it('joins windows that touch, and tells each once', async () => {
    // A window of a day begins each day: it never ends.
    expect(await of(recurring('0 0 * * *', 24 * hour))).toEqual([]);
    const long = await of(recurring('0 0 * * 1', 48 * hour));
    expect(long.map(({ from }) => new Date(from).toISOString())).toEqual([
      '2026-11-30T00:00:00.000Z',
      '2026-12-07T00:00:00.000Z',
    ]);
  });

  it('follows the time: windows that begin are gone from the plan', async () => {
    const rule = recurring('0 * * * *', 60_000);
    const before = await of(rule);
    expect(before.map(({ from }) => from)).toEqual([now + hour / 2, now + 1.5 * hour, now + 2.5 * hour]);
    const [next] = await of(rule, now + hour / 2);
    expect(next?.from).toBe(now + 1.5 * hour);
  });

  it('knows the rule that covered a model at a time', () => {
    const rules = [fixed(now - hour, now, ['b']), fixed(now - hour, now)];
    expect(planned.ruleAt(rules, 'a', now - 1)).toBe(rules[1]);
    expect(planned.ruleAt(rules, 'a', now)).toBeNull();
  });
});
