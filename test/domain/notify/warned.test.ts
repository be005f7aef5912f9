import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { monthOf } from '../../../src/domain/budget.js';
import { keysAfter, newKeys, type Keys } from '../../../src/domain/keys.js';
import {
  nothingWarned,
  objectiveWindowMs,
  warningsOf,
  type Situation,
  type Warned,
} from '../../../src/domain/notify/warned.js';
import { dayMs, minuteMs } from '../../../src/domain/period.js';
import { budgetUse } from '../../../src/domain/uptime.js';
import { noDurations } from '../../../src/domain/timeline.js';

const start = Date.UTC(2026, 10, 30, 12);
const today = Math.floor(start / dayMs);
const all = { key: true, budget: true, objective: true };

const situation = (changes: Partial<Situation> = {}): Situation => ({
  ...{ slot: start, maintenance: false, keys: null, failures: 2, spent: null, tokensPerDay: null },
  ...{ spentMonth: null, usdPerMonth: null },
  ...{ objective: null, errorBudget: null, incident: null },
  result: { keyIndex: null, reason: 'ok', startedAt: changes.slot ?? start },
  ...changes,
});

/** Follows a model over its results; every state goes through JSON, as over a restart. */
function follow(steps: readonly Partial<Situation>[], wanted = all): string[] {
  let warned: Warned = nothingWarned;
  return steps.flatMap((step) => {
    const found = warningsOf(warned, situation(step), wanted);
    warned = JSON.parse(JSON.stringify(found.warned)) as Warned;
    return found.warnings.map(({ detail }) => detail);
  });
}

/** Results with the keys in rotation, of which these are refused. */
function rotation(count: number, refused: readonly number[], rounds: number): Partial<Situation>[] {
  let keys = newKeys(count)!;
  return Array.from({ length: rounds * count }, (_, index) => {
    const keyIndex = index % count;
    const isRefused = refused.includes(keyIndex);
    const result = {
      ...{ keyIndex, startedAt: start + index * minuteMs },
      reason: isRefused ? ('auth_failed' as const) : ('ok' as const),
    };
    keys = keysAfter(keys, { ...result, outcome: isRefused ? 'degraded' : 'healthy' });
    return { slot: start + index * minuteMs, keys, result };
  });
}

describe('a key that is refused', () => {
  it('among good ones is told once, when it is confirmed', () => {
    expect(follow(rotation(3, [1], 1))).toEqual([]);
    expect(follow(rotation(3, [1], 40))).toEqual(['key 2 of 3 is refused, and others are accepted']);
  });

  it('is told with others that are refused', () => {
    const found = follow(rotation(4, [0, 2], 3));
    expect(found.at(-1)).toBe('keys 1 and 3 of 4 are refused, and others are accepted');
  });

  it('is no warning where all are refused, which is an incident', () => {
    expect(follow(rotation(2, [0, 1], 5))).toEqual([]);
  });

  it('is told anew once it was accepted, or replaced by another key', () => {
    const dead = rotation(2, [1], 2);
    expect(follow([...dead, ...rotation(2, [], 1), ...dead])).toHaveLength(2);
    const replaced = { keys: { healthy: [true, null], last: 1 } satisfies Keys };
    expect(follow([...dead, replaced, ...dead])).toHaveLength(2);
  });

  it('names its reason, who has to act, and since when', () => {
    const [first, second] = rotation(2, [1], 2)
      .slice(1)
      .filter((_, index) => index % 2 === 0);
    const { warned } = warningsOf(nothingWarned, situation(first), all);
    const { warnings } = warningsOf(warned, situation(second), all);
    expect(warnings).toMatchObject([
      { what: 'key', reason: 'auth_failed', blame: 'account', since: start + minuteMs },
    ]);
  });

  it('is not counted in maintenance', () => {
    expect(follow(rotation(2, [1], 9).map((step) => ({ ...step, maintenance: true })))).toEqual([]);
  });
});

describe('a token budget', () => {
  const used = (tokens: number, slot = start): Partial<Situation> => ({
    ...{ slot, tokensPerDay: 1_000, spent: { day: Math.floor(slot / dayMs), tokens } },
  });

  it('is told at 80 % and when it is used up, once a day each', () => {
    const day = [100, 800, 810, 1_000, 1_000].map((tokens, index) => used(tokens, start + index * minuteMs));
    const next = [0, 900].map((tokens) => used(tokens, start + dayMs));
    expect(follow([...day, ...next])).toEqual([
      '80% of the token budget is used (800 of 1000 tokens of 2026-11-30)',
      'the token budget is used up (1000 of 1000 tokens of 2026-11-30), and nothing is checked until 00:00 UTC',
      '90% of the token budget is used (900 of 1000 tokens of 2026-12-01)',
    ]);
  });

  it('of which all is used at once is told once', () => {
    expect(follow([used(10), used(5_000), used(5_000)])).toHaveLength(1);
  });

  it('of yesterday is not told', () => {
    const spent = { day: today - 1, tokens: 1_000 };
    expect(follow([{ ...used(0), spent }])).toEqual([]);
  });
});

describe('an objective', () => {
  const use = (used: number, at = start): Partial<Situation> => ({
    ...{ slot: at, objective: 0.999, errorBudget: { used, coverage: 0.985 } },
  });

  it('in danger is told at 80 % of its error budget and when that is used up, with the coverage', () => {
    expect(follow([use(0.5), use(0.81), use(0.95), use(1), use(1.5), use(0.85), use(1.2)])).toEqual([
      '81.00% of the error budget of 30 days is used (objective 99.9%, coverage 98.50%)',
      'the error budget of 30 days is used up: 100.00% of it (objective 99.9%, coverage 98.50%)',
    ]);
  });

  it('is told again in the next window', () => {
    expect(
      follow([use(2), use(2, start + objectiveWindowMs - 1), use(2, start + objectiveWindowMs)]),
    ).toHaveLength(2);
  });

  it('blames who is to blame for the open incident', () => {
    const { warnings } = warningsOf(nothingWarned, situation({ ...use(2), incident: 'timeout' }), all);
    expect(warnings).toMatchObject([{ what: 'objective', reason: 'timeout', blame: 'provider' }]);
  });

  it('of a young model is not in danger for a first outage of a minute', () => {
    const hours = 3_600_000;
    const durations = { ...noDurations, healthy: hours, unhealthy: minuteMs };
    expect(budgetUse(0.999, durations, objectiveWindowMs - hours - minuteMs)?.used).toBeCloseTo(1 / 43.2, 5);
    expect(budgetUse(0.999, durations, 0)?.used).toBeGreaterThan(1);
    expect(budgetUse(0.999, noDurations, objectiveWindowMs)).toBeNull();
  });
});

it('what is switched off is not noted, and told once it is switched on', () => {
  const dead = rotation(2, [1], 9);
  const off = { key: false, budget: false, objective: false };
  let warned = nothingWarned;
  for (const step of dead) warned = warningsOf(warned, situation(step), off).warned;
  expect(warned).toEqual(nothingWarned);
});

it('whatever comes, each share of a budget is told at most once a day, and in its order', () => {
  const steps = fc.array(
    fc.record({ tokens: fc.integer({ min: 0, max: 500 }), minutes: fc.integer({ min: 0, max: 600 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all60) => {
      let warned: Warned = nothingWarned;
      let at = start;
      let spent = { day: today, tokens: 0 };
      const told: string[] = [];
      for (const { tokens, minutes } of all60) {
        at += minutes * minuteMs;
        const day = Math.floor(at / dayMs);
        spent = { day, tokens: (day === spent.day ? spent.tokens : 0) + tokens };
        const found = warningsOf(
          warned,
          situation({
            slot: at,
            spent,
            tokensPerDay: 1_000,
            result: { keyIndex: null, reason: 'ok', startedAt: at },
          }),
          all,
        );
        ({ warned } = found);
        for (const { detail } of found.warnings) {
          const share = detail.startsWith('the token budget is used up') ? 1 : 0.8;
          told.push(`${day} ${share}`);
          expect(spent.tokens).toBeGreaterThanOrEqual(share * 1_000);
        }
      }
      expect(new Set(told).size).toBe(told.length);
    }),
    { numRuns: 200 },
  );
});

describe('a budget of the month', () => {
  const spent = (dollars: number, at = start): Partial<Situation> => ({
    slot: at,
    spentMonth: { month: monthOf(at), nanos: dollars * 1e9 },
    usdPerMonth: 10,
  });

  it('is told of at 80 % and at its end, once each in a month, and anew in the next one', () => {
    const later = Date.UTC(2026, 11, 2);
    expect(
      follow([spent(7.99), spent(8), spent(9), spent(10), spent(11), spent(1, later), spent(12, later)]),
    ).toEqual([
      '80% of the budget of the month is used ($8.00 of $10.00 in 2026-11)',
      'the budget of the month is used up ($10.00 of $10.00 in 2026-11), and nothing is checked until the next one begins in UTC',
      'the budget of the month is used up ($12.00 of $10.00 in 2026-12), and nothing is checked until the next one begins in UTC',
    ]);
    expect(follow([spent(11)], { ...all, budget: false })).toEqual([]);
    expect(follow([{ ...spent(11), usdPerMonth: null }])).toEqual([]);
  });
});
