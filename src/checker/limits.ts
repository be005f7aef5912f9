import type { IncomingHttpHeaders } from 'node:http';
import type { CheckResult } from '../domain/result.js';

function single(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** ms that a number of `unit` ms means; null when it is none. */
function scaled(value: string | null, unit: number): number | null {
  return value !== null && /^\d{1,12}(\.\d+)?$/.test(value) ? Math.ceil(Number(value) * unit) : null;
}

/** ms the provider asks to wait: `retry-after-ms`, or Retry-After in seconds or as a date; null when it does not ask. */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number): number | null {
  const exact = single(headers, 'retry-after-ms') ?? single(headers, 'x-ms-retry-after-ms');
  const inMs = scaled(exact, 1);
  if (inMs !== null) return inMs;
  const value = single(headers, 'retry-after');
  const inSeconds = scaled(value, 1_000);
  if (inSeconds !== null || value === null) return inSeconds;
  // Only the forms of an HTTP date: Date.parse also takes words that are none.
  const at = /^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** What is left of the rate limit, as `x-ratelimit-remaining-*` says it. */
export function rateLimitRemaining(headers: IncomingHttpHeaders): CheckResult['rateLimitRemaining'] {
  const requests = scaled(single(headers, 'x-ratelimit-remaining-requests'), 1);
  const tokens = scaled(single(headers, 'x-ratelimit-remaining-tokens'), 1);
  return { ...(requests !== null && { requests }), ...(tokens !== null && { tokens }) };
}
