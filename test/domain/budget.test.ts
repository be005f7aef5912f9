import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reachedShare, tokensAfter, tokensOf, tokensOn, type DayTokens } from '../../src/domain/budget.js';
import type { Found } from '../../src/domain/check.js';
import { dayMs } from '../../src/domain/period.js';
import { notSent } from '../../src/domain/result.js';

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
  expect(tokensAfter(before, 3, 3 * dayMs - 1)).toEqual({
    day: 3,
    tokens: 53,
  });
  // A clock that was days ahead.
  expect(tokensAfter(before, 3, dayMs)).toEqual({ day: 1, tokens: 3 });
});

const sentNothing = notSent(0, 'internal_error', 'unknown', null);
const sent = { ...sentNothing, phases: { tcp: 1, request: 1 } };

it.each<[counts: number, what: string, found: Partial<Found>]>([
  [7, 'a usage', { httpStatus: 200, reason: 'ok', usage: { inputTokens: 3, outputTokens: 4 } }],
  [
    7,
    'a refusal with a usage',
    { httpStatus: 500, reason: 'server_error', usage: { inputTokens: 3, outputTokens: 4 } },
  ],
  [50, 'an answer without usage', { httpStatus: 200, reason: 'ok' }],
  [
    50,
    'an answer with a usage of 0',
    { httpStatus: 200, reason: 'ok', usage: { inputTokens: 0, outputTokens: 0 } },
  ],
  [50, 'a wrong answer without usage', { httpStatus: 200, reason: 'unexpected_answer' }],
  [50, 'no reply in time', { reason: 'timeout' }],
  [50, 'a gateway that gave up', { httpStatus: 504, reason: 'gateway_error' }],
  [50, 'a connection lost before the reply', { reason: 'connection_lost' }],
  [50, 'a reply that breaks off', { httpStatus: 200, reason: 'connection_lost' }],
  [
    50,
    'a stream that ends in an error after its first text',
    { httpStatus: 200, reason: 'server_error', firstTokenMs: 9 },
  ],
  [50, 'a check that was stopped', { reason: 'internal_error' }],
  [0, 'a refused key', { httpStatus: 401, reason: 'auth_failed' }],
  [0, 'a rate limit', { httpStatus: 429, reason: 'rate_limited' }],
  [0, 'a failed server', { httpStatus: 500, reason: 'server_error' }],
  [0, 'an error in a success', { httpStatus: 200, reason: 'error_in_success' }],
  [0, 'a redirect', { httpStatus: 307, reason: 'redirected' }],
  [0, 'a proxy that did not reach the target', { reason: 'connect_error' }],
  [0, 'a handshake out of time', { reason: 'timeout', phases: { tcp: 1 } }],
  [0, 'a look-up that failed', { reason: 'dns_error', phases: {} }],
  [
    0,
    'a token endpoint out of time',
    { reason: 'timeout', tokenEndpoint: { httpStatus: null, phases: {}, machine: 'a.test' } },
  ],
])('an estimate of 50 counts %i for %s', (counts, _what, changes) => {
  expect(tokensOf({ ...sent, ...changes }, 50)).toBe(counts);
});

it('a check that sent nothing counts nothing', () => {
  expect(tokensOf(sentNothing, 50)).toBe(0);
});
