import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { rateLimitRemaining, retryAfterMs } from '../../../src/checker/transport/retry-after.js';
import { processorMs } from '../../processor-time.js';
import { amount } from '../../slow.js';

const now = Date.UTC(2026, 0, 1);
const asked = (headers: Record<string, string>, body = '', status = 429): number | null =>
  retryAfterMs({ status, headers, body: Buffer.from(body), overLimit: false }, now);

describe('requested wait', () => {
  it.each(['Thu Jan  1 00:01:00 2026', '2026-01-01T00:01:00', 'Thu, 01 Jan 2026 00:01:00'])(
    'is the same in each zone of the monitor, for a date without one: %s',
    (written) => {
      // The zone of this process may be UTC: a date that is read in it has no fixed distance from one with a zone.
      const parse = jest.spyOn(Date, 'parse');
      expect(asked({ 'retry-after': written })).toBe(60_000);
      expect(parse.mock.calls.every(([text]) => /(?:GMT|Z)$/.test(text))).toBe(true);
      parse.mockRestore();
    },
  );

  it.each([
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': '1', 'retry-after-ms': '1500' }, 1_500],
    [{ 'x-ms-retry-after-ms': '250' }, 250],
    [{ 'retry-after': '604800' }, 86_400_000],
    [{ 'retry-after': String(now / 1_000 + 30) }, 30_000],
    [{ 'retry-after': String(now + 30_000) }, 30_000],
    [{ 'retry-after': String(now / 1_000 - 30) }, 0],
    [{ 'retry-after': '30000ms' }, 30_000],
    [{ 'retry-after': '1m30s' }, 90_000],
    // No time and no wait that anybody means.
    [{ 'retry-after': '9999999999' }, null],
    [{ 'retry-after': 'soon 5' }, null],
    [{ 'retry-after': '-5' }, null],
    [
      { 'retry-after': '1', 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '5s' },
      1_000,
    ],
    [{}, null],
  ])('is read from the headers %j', (headers, wanted) => {
    expect(asked(headers)).toBe(wanted);
  });

  it.each<[Record<string, string>, number | null]>([
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7.66s' }, 7_660],
    [{ 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '6m0s' }, null],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' }, 60_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1_000 + 90) }, 90_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 90) }, 90],
    [
      {
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:30Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:40Z',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
        'anthropic-ratelimit-output-tokens-reset': '2026-01-01T00:10:00Z',
      },
      40_000,
    ],
  ])('lasts until exhausted limits are refilled: %j', (headers, wanted) => {
    expect(asked(headers)).toBe(wanted);
  });

  it.each([
    [
      '{"error":{"message":"Rate limit reached ... (TPD): Limit 100000. Please try again in 9m38.016s. Need more"}}',
      578_016,
    ],
    ['{"error":{"message":"Limit 3, Used 3, Requested 1. Please try again in 20s."}}', 20_000],
    ['{"error":{"message":"Please try again in 500ms. Visit"}}', 500],
    ['{"error":{"message":"Too many requests.\\nTry again in 30 seconds."}}', 30_000],
    ['{"error":{"message":"Too many requests.\\r\\nRetry after 2m"}}', 120_000],
    ['{"error":{"message":"notry again in 30 seconds"}}', null],
    ['{"error":{"message":"Please retry after 86400 seconds."}}', 86_400_000],
    ['{"error":{"message":"Please retry in 45.578569677s."}}', 45_579],
    ['{"error":{"message":"Please wait 2 minutes"}}', 120_000],
    ['{"detail":"Request was throttled. Expected available in 3599 seconds."}', 3_599_000],
    ['{"error":"Limit reached, resets in 11 hours"}', 39_600_000],
    [
      '[{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}]',
      3_500,
    ],
    ['{"error":{"message":"{\\n \\"details\\": [{\\"retryDelay\\": \\"17s\\"}]}"}}', 17_000],
    ['{"error":{"message":"Please try again later."}}', null],
    ['{"error":{"message":"Please try again in a few moments, 5 users wait"}}', null],
  ])('is read from the error %s', (body, wanted) => {
    expect(asked({}, body)).toBe(wanted);
  });

  it.each([
    ['30000', 'Try again in 30 seconds', false, 30_000],
    ['20', 'Try again in 20 seconds', false, 20_000],
    ['86400', 'Try again in 86400 seconds', true, 86_400_000],
    ['30000', '', true, 30_000],
    ['30000', '', false, 30_000_000],
    // More than the minute that the limit lasts.
    ['86400', '', true, 86_400_000],
    ['45', '', true, 45_000],
  ])('of %s beside %j, with a limit per minute: %s, is %s ms', (value, text, ofMinute, wanted) => {
    const reply = {
      status: 429,
      headers: { 'retry-after': value },
      body: Buffer.from(text),
      overLimit: false,
    };
    expect(retryAfterMs(reply, now, ofMinute)).toBe(wanted);
  });

  it('is not read from an answer', () => {
    expect(asked({}, 'Please try again in 20s', 200)).toBeNull();
    expect(
      asked({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '5s' }, '', 200),
    ).toBeNull();
  });

  it('is always between zero and a day', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.date({ noInvalidDate: false }).map(String),
      fc.stringMatching(/^(\d+(\.\d+)?(ms|s|m|h|d)){1,3}$/),
    );
    const names = ['retry-after', 'retry-after-ms', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), value, (headers, text) => {
        const wait = asked(headers, `Please try again in ${text}`);
        if (wait === null) return;
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(86_400_000);
        expect(Number.isInteger(wait)).toBe(true);
      }),
      { numRuns: amount(1_000, 200) },
    );
  });

  it('is found in time linear in the length of the text', () => {
    const took = processorMs(() => {
      for (const part of ['try again in ', '1s', 'retry 9', '"retryDelay":"1'])
        asked({}, part.repeat(100_000));
    });
    // What was quadratic took many seconds.
    expect(took).toBeLessThan(1_000);
  });
});

describe('remaining limits', () => {
  it.each([
    [
      { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-remaining-tokens': '1000' },
      { requests: 59, tokens: 1_000 },
    ],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': 'many' }, { requests: 0 }],
    [
      {
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-input-tokens-remaining': '50000',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
      },
      { requests: 49, tokens: 8_000 },
    ],
    [
      { 'x-ratelimit-remaining-req-minute': '4', 'x-ratelimit-remaining-tokens-month': '900' },
      { requests: 4, tokens: 900 },
    ],
    [
      { 'x-ratelimit-remaining-requests-day': '900', 'x-ratelimit-remaining-tokens-minute': '60000' },
      { requests: 900, tokens: 60_000 },
    ],
    [
      { 'x-ratelimit-remaining': '7', 'x-tokenlimit-remaining': '11' },
      { requests: 7, tokens: 11 },
    ],
    [{ 'x-ms-region': 'East US', 'x-items-remaining': '5', 'x-ratelimit-remaining-images': '5' }, {}],
  ])('are read from %j', (headers, wanted) => {
    expect(rateLimitRemaining(headers)).toEqual(wanted);
  });
});
