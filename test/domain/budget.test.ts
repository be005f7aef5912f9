import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reachedShare, tokensAfter, tokensOn, type DayTokens } from '../../src/domain/budget.js';
import { dayMs } from '../../src/domain/period.js';

it('each share of the token budget is reported once a day, for any sequence of uses', () => {
  const use = fc.record({ days: fc.constantFrom(0, 0, 0, 0, 1), tokens: fc.nat(400) });
  fc.assert(
    fc.property(fc.array(use, { maxLength: 40 }), fc.integer({ min: 1, max: 1_000 }), (uses, budget) => {
      let counted: DayTokens = { day: 0, tokens: 0 };
      const told = new Map<number, (number | null)[]>();
      for (const { days, tokens } of uses) {
        const day = counted.day + days;
        const next = { day, tokens: (days === 0 ? counted.tokens : 0) + tokens };
        const share = reachedShare(counted, next, budget);
        if (share !== null) told.set(day, [...(told.get(day) ?? []), share]);
        const said = told.get(day) ?? [];
        expect(said.includes(1)).toBe(next.tokens >= budget);
        if (next.tokens >= 0.8 * budget) expect(said.length).toBeGreaterThan(0);
        counted = next;
      }
      for (const shares of told.values()) expect([[0.8], [1], [0.8, 1]]).toContainEqual(shares);
    }),
  );
});

it('tokens of another day do not count for today', () => {
  expect(tokensOn({ day: 3, tokens: 50 }, 3 * dayMs)).toBe(50);
  expect(tokensOn({ day: 3, tokens: 50 }, 4 * dayMs)).toBe(0);
  expect(tokensOn({ day: 3, tokens: 50 }, 2 * dayMs - 1)).toBe(0);
});

it('tokens count for the later day when the clock is set back over midnight', () => {
  const before = { day: 3, tokens: 50 };
  expect(tokensOn(before, 3 * dayMs - 1)).toBe(50);
  expect(tokensAfter(before, { inputTokens: 1, outputTokens: 2 }, 3 * dayMs - 1)).toEqual({
    day: 3,
    tokens: 53,
  });
  // A clock that was days ahead.
  expect(tokensAfter(before, { inputTokens: 1, outputTokens: 2 }, dayMs)).toEqual({ day: 1, tokens: 3 });
});
