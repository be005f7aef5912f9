import { describe, expect, it } from '@jest/globals';
import { rateLimitRemaining, retryAfterMs } from '../../src/checker/limits.js';

const now = Date.UTC(2026, 0, 1);

describe('what the provider says of its limits', () => {
  it.each([
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': '1', 'retry-after-ms': '1500' }, 1_500],
    [{ 'x-ms-retry-after-ms': '250' }, 250],
    [{ 'retry-after': 'soon 5' }, null],
    [{ 'retry-after': '-5' }, null],
    [{}, null],
  ])('waits as %j asks', (headers, wanted) => {
    expect(retryAfterMs(headers, now)).toBe(wanted);
  });

  it('counts what is left, where it is a number', () => {
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': 'many' };
    expect(rateLimitRemaining(headers)).toEqual({ requests: 0 });
  });
});
