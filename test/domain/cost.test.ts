import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  amountText,
  costAfter,
  costAtLeast,
  costOf,
  costOfBoth,
  costOn,
  costTexts,
  monthCostAfter,
  priceInForce,
  sumOfCosts,
  type Cost,
} from '../../src/domain/cost.js';
import { monthOf, monthStart } from '../../src/domain/budget.js';
import type { Found } from '../../src/domain/check.js';
import type { Price } from '../../src/domain/model.js';
import { notSent } from '../../src/domain/result.js';

const price = (changes: Partial<Price> = {}): Price => ({
  ...{ inputPerMillion: 0.15, outputPerMillion: 0.6, perRequest: 0, currency: 'USD', source: 'list' },
  ...changes,
});
const found = (changes: Partial<Found> = {}): Found => ({
  ...notSent(0, 'ok', 'healthy', null),
  httpStatus: 200,
  ...changes,
});
const usage = { inputTokens: 14, outputTokens: 3 };

describe('the cost of a check', () => {
  it.each([
    [3_900, 'tokens, in billionths', found({ usage }), price()],
    [1_003_900, 'tokens and the request', found({ usage }), price({ perRequest: 0.001 })],
    [
      0,
      'nothing, of a model that is free',
      found({ usage }),
      price({ inputPerMillion: 0, outputPerMillion: 0 }),
    ],
    [0, 'nothing, of a refusal', found({ httpStatus: 401, reason: 'auth_failed' }), price()],
    [0, 'nothing, where nothing was sent', found({ httpStatus: null, reason: 'budget_spent' }), price()],
    [null, 'unknown, of an answer without usage', found(), price()],
    [
      null,
      'unknown, of a usage of 0, which gateways fill in',
      found({ usage: { inputTokens: 0, outputTokens: 0 } }),
      price(),
    ],
    [null, 'unknown, where a provider may work on', found({ httpStatus: 504, reason: 'timeout' }), price()],
    [null, 'unknown without a price', found({ usage }), null],
    [
      null,
      'unknown, where it is too great to be true',
      found({ usage: { inputTokens: 1e15, outputTokens: 0 } }),
      price(),
    ],
  ])('is %p: %s', (nanos, _what, check, of) => {
    expect(costOf(of, check)).toBe(nanos);
  });

  it('is a whole number or null, whatever usage and price are', () => {
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
    const tokens = fc.oneof(fc.nat(), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        tokens,
        tokens,
        (input, output, each, inputTokens, outputTokens) => {
          const of = price({ inputPerMillion: input, outputPerMillion: output, perRequest: each });
          const cost = costOf(of, found({ usage: { inputTokens, outputTokens } }));
          if (cost !== null) expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true);
        },
      ),
    );
  });
});

describe('sums of costs', () => {
  const costs = fc.array(fc.option(fc.integer({ min: 0, max: 1e9 })), { maxLength: 50 });

  it('are those of what is known, in any order and in any parts', () => {
    fc.assert(
      fc.property(costs, fc.nat(50), (all, at) => {
        const sum = (some: readonly (number | null)[]): number | null =>
          some.reduce<number | null>(sumOfCosts, null);
        const known = all.filter((cost) => cost !== null);
        expect(sum(all)).toBe(known.length === 0 ? null : known.reduce((a, b) => a + b));
        expect(sumOfCosts(sum(all.slice(0, at)), sum(all.slice(at)))).toBe(sum(all));
        const counter = all.reduce<Cost | null>((before, nanos) => costAfter(before, price(), nanos), null);
        expect(counter?.nanos ?? null).toBe(sum(all));
      }),
    );
  });

  it('keep one currency: a price in another one is not in force, and a change of price meanwhile changes no sum', () => {
    const euros = price({ currency: 'EUR' });
    const counted = { currency: 'USD', nanos: 5 };
    expect(priceInForce(euros, counted)).toBeNull();
    expect(priceInForce(euros, null)).toBe(euros);
    expect(costAfter(counted, euros, 2)).toEqual({ currency: 'USD', nanos: 7 });
    expect(costAfter(counted, null, 2)).toEqual({ currency: 'USD', nanos: 7 });
    expect(costAfter(counted, euros, null)).toBe(counted);
  });

  it('of two histories of a model are one, unless they have two currencies', () => {
    const dollars = { currency: 'USD', nanos: 5 };
    expect(costOfBoth(dollars, { currency: 'USD', nanos: 2 })).toEqual({ currency: 'USD', nanos: 7 });
    expect(costOfBoth(dollars, { currency: 'EUR', nanos: 2 })).toEqual(dollars);
    expect([costOfBoth(null, dollars), costOfBoth(dollars, null)]).toEqual([dollars, dollars]);
  });

  it('are told by currency, small ones with two digits that count', () => {
    expect(amountText(3_900, 'USD')).toBe('$0.0000039');
    expect(amountText(0, 'USD')).toBe('$0.00');
    expect(amountText(1, 'EUR')).toBe('0.000000001 EUR');
    expect(amountText(1_234_567_890_000, 'USD')).toBe('$1,234.57');
    const some = [
      { currency: 'USD', nanos: 1e9 },
      null,
      { currency: 'EUR', nanos: 5e8 },
      { currency: 'USD', nanos: 2e9 },
    ];
    expect(costTexts(some)).toEqual(['0.50 EUR', '$3.00']);
  });
});

describe('the cost of a month', () => {
  const time = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2090, 0) });

  it('is of a UTC month, which begins on its first day', () => {
    fc.assert(
      fc.property(time, (at) => {
        const month = monthOf(at);
        expect(monthStart(month)).toBeLessThanOrEqual(at);
        expect(monthStart(month + 1)).toBeGreaterThan(at);
        expect(new Date(monthStart(month)).toISOString()).toMatch(/-01T00:00:00.000Z$/);
      }),
    );
  });

  it('is the sum since the start of the month, also where the clock is set back over it', () => {
    const first = Date.UTC(2026, 11, 1);
    const november = monthCostAfter({ month: 0, nanos: 0 }, 5, first - 10);
    expect(costOn(november, first - 1)).toBe(5);
    expect(costOn(november, first)).toBe(0);
    const december = monthCostAfter(november, 7, first);
    expect(costOn(december, first - 1)).toBe(7);
    expect(monthCostAfter(december, 2, first - 1)).toEqual({ month: monthOf(first), nanos: 9 });
    expect(costAtLeast(december, { month: december.month, nanos: 3 })).toEqual(december);
    expect(costAtLeast(december, { month: december.month, nanos: 30 }).nanos).toBe(30);
    expect(costAtLeast(november, december)).toEqual(december);
    expect(costAtLeast(december, november)).toEqual(december);
  });
});
