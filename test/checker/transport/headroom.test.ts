import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readHeadroom } from '../../../src/checker/transport/headroom.js';
import { limitAt, limitKinds, ratioOf } from '../../../src/domain/headroom.js';
import { withTold, nothingTold } from '../../../src/domain/told.js';
import { storedMemorySchema } from '../../../src/wire/memory.js';

interface Sample {
  readonly name: string;
  readonly headers: Record<string, string>;
  /** Limit, what is left, and ms to the reset. */
  readonly expected: Record<string, readonly [number, number, number | null]>;
}

const now = 1_796_040_000_000;
const samples = JSON.parse(readFileSync('test/fixtures/headroom.json', 'utf8')) as Sample[];

describe('limits in headers', () => {
  it.each(samples.map((sample) => [sample.name, sample] as const))('%s', (_name, { headers, expected }) => {
    const found = readHeadroom(headers, now);
    const told = Object.entries(found).map(([kind, { limit, remaining, resetAt }]) => [
      kind,
      [limit, remaining, resetAt === null ? null : resetAt - now],
    ]);
    expect(Object.fromEntries(told)).toEqual(expected);
  });

  it('hold until the reset, without one for an hour, and are replaced by those of a later reply', () => {
    const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30' };
    const told = withTold(nothingTold, { headroom: readHeadroom(headers, now) });
    expect(limitAt(told.headroom, 'requests', now + 29_999)).toMatchObject({ remaining: 1 });
    expect(limitAt(told.headroom, 'requests', now + 30_000)).toBeNull();
    expect(withTold(told, {}).headroom).toEqual(told.headroom);
    const later = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9' };
    const { headroom } = withTold(told, { headroom: readHeadroom(later, now) });
    expect(limitAt(headroom, 'requests', now + 3_599_999)).toMatchObject({ remaining: 9, resetAt: null });
    expect(limitAt(headroom, 'requests', now + 3_600_000)).toBeNull();
  });

  it('are bounded and fit the memory, whatever a reply says', () => {
    const names = fc.constantFrom(
      ...samples.flatMap(({ headers }) => Object.keys(headers)),
      'x-ratelimit-remaining-tokens-limit-reset',
    );
    const values = fc.oneof(
      fc.constantFrom(...samples.flatMap(({ headers }) => Object.values(headers))),
      fc.string(),
      fc.double().map(String),
      fc.bigInt().map(String),
      fc.constantFrom(
        '1e9',
        '99999999999999',
        '9999999999999',
        '0',
        '-1',
        'limit=1, remaining=1, reset=1e99',
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(names, values), (headers) => {
        const headroom = readHeadroom(headers, now);
        for (const kind of limitKinds) {
          const limit = headroom[kind];
          if (limit === undefined) continue;
          expect(ratioOf(limit)).toBeGreaterThanOrEqual(0);
          expect(ratioOf(limit)).toBeLessThanOrEqual(1);
          expect(limit.until).toBeGreaterThanOrEqual(now);
          expect(limit.until).toBeLessThanOrEqual(now + 366 * 86_400_000);
        }
        expect(storedMemorySchema.safeParse({ headroom }).error).toBeUndefined();
      }),
    );
  });

  it('takes time that is linear in the length of a header', () => {
    const long = (text: string): number => {
      const headers = { ratelimit: text, 'ratelimit-policy': text, 'x-ratelimit-remaining': text };
      const from = performance.now();
      for (let turn = 0; turn < 20; turn += 1) readHeadroom(headers, now);
      return performance.now() - from;
    };
    for (const part of ['"a";r=1;t=1, ', ',', '"', ' ', '1;', 'limit=1, '])
      expect(long(part.repeat(Math.ceil(500_000 / part.length)))).toBeLessThan(500);
  });
});
