import type { IncomingHttpHeaders } from 'node:http';
import { dayMs, hourMs, minuteMs } from '../../domain/period.js';
import type { CheckResult } from '../../domain/result.js';
import type { Reply } from './exchange.js';
import { highest } from '../../domain/list.js';

/** Longest wait; a provider that asks for more is checked again after a day. */
const longestMs = dayMs;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: minuteMs, h: hourMs, d: dayMs };
const duration = '\\d{1,9}(?:\\.\\d{1,9})?(?:ms|[smhd])';

export function single(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** A count of `unit` ms in ms; null if it is not a number. */
function scaled(value: string | null, unit: number): number | null {
  return value !== null && /^\d{1,13}(\.\d+)?$/.test(value) ? Math.ceil(Number(value) * unit) : null;
}

/** ms of `6m0s`, `1.2s`, `500ms`, `1h2m3s`; null for anything else. */
function durationMs(value: string): number | null {
  if (!new RegExp(`^(?:${duration})+$`).test(value)) return null;
  const parts = value.matchAll(/([\d.]{1,20})(ms|[smhd])/g);
  return Math.ceil(
    [...parts].reduce((sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0), 0),
  );
}

/** A zone at the end of a date. */
const zone = /(?:[A-Z]|[+-]\d{2}:?\d{2}|\))$/i;

/** Dates of HTTP and RFC 3339 only: Date.parse accepts other text too. Those without a zone, as of asctime, are in UTC. */
function dateIn(value: string): number | null {
  const ofHttp = /^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(value);
  const written = ofHttp || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value);
  const zoned = zone.test(value) ? value : `${value}${ofHttp ? ' GMT' : 'Z'}`;
  const at = written ? Date.parse(zoned) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** ms from `now` to a time given as a date, a duration, or Unix seconds or ms. */
export function untilMs(value: string, now: number): number | null {
  const count = scaled(value, 1);
  const at = count === null ? dateIn(value) : count >= 1e12 ? count : count >= 1e9 ? count * 1_000 : null;
  if (at !== null) return Math.max(0, at - now);
  return count === null ? durationMs(value) : scaled(value, 1_000);
}

/** Longest wait that a number means. */
const mostMs = 366 * dayMs;

function asked(headers: IncomingHttpHeaders, now: number): number | null {
  const exact = single(headers, 'retry-after-ms') ?? single(headers, 'x-ms-retry-after-ms');
  const inMs = scaled(exact, 1);
  if (inMs !== null) return inMs;
  const value = single(headers, 'retry-after') ?? '';
  const wait = untilMs(value, now);
  return wait === null || wait <= mostMs || dateIn(value) !== null ? wait : null;
}

// A line break in a JSON text is written with a letter.
const told = new RegExp(
  '"retryDelay\\\\{0,3}"\\s*:\\s*\\\\{0,3}"(?<delay>[\\d.]{1,20}s)' +
    `|(?:\\b|(?<=\\\\[nrt]))(?:try again|retry|wait|available|resets?) (?:in |after |for )?(?:(?<words>(?:${duration})+)\\b` +
    '|(?<count>\\d{1,9}(?:\\.\\d{1,9})?) ?(?<unit>milliseconds?|seconds?|minutes?|hours?))',
  'i',
);

/** The wait in the text of an error, or in Google's `RetryInfo`. */
function written(body: Buffer): number | null {
  const { delay, words, count, unit } = told.exec(body.toString('utf8', 0, 16_384))?.groups ?? {};
  if (count !== undefined && unit !== undefined)
    return scaled(count, unitMs[/^milli/i.test(unit) ? 'ms' : (unit[0] ?? '').toLowerCase()] ?? 1);
  return durationMs((delay ?? words ?? '').toLowerCase());
}

export const remainingName = /^(?:x-|anthropic-)?(?:ms-)?(?:rate|token)limit.*remaining/;

/** Reset of the exhausted limit that resets last. */
function refilled(headers: IncomingHttpHeaders, now: number): number | null {
  const waits = Object.keys(headers)
    .filter((name) => remainingName.test(name) && scaled(single(headers, name), 1) === 0)
    .map((name) => single(headers, name.replace('remaining', 'reset')))
    .map((reset) => (reset === null ? null : untilMs(reset, now)))
    .filter((ms) => ms !== null);
  return waits.length === 0 ? null : highest(waits);
}

/**
 * ms that a header or the text of an error asks to wait; null when neither does. A header that counts ms is known by a text
 * with the same wait, or by the limit of a minute or less (`ofMinute`) that is reached.
 */
export function askedWaitMs({ status, headers, body }: Reply, now: number, ofMinute: boolean): number | null {
  const header = asked(headers, now);
  const text = status >= 400 ? written(body) : null;
  if (header === null) return text;
  const inMs = header / 1_000;
  const counts = text === null ? ofMinute && header > hourMs && inMs <= minuteMs : text === inMs;
  return counts ? Math.ceil(inMs) : header;
}

/**
 * ms the provider asks to wait, at most a day; null when it does not ask. A header made for it comes first, then what
 * the error says, then the reset of a limit that is used up.
 */
export function retryAfterMs(reply: Reply, now: number, ofMinute = false): number | null {
  const wait =
    askedWaitMs(reply, now, ofMinute) ?? (reply.status >= 400 ? refilled(reply.headers, now) : null);
  return wait === null ? null : Math.min(wait, longestMs);
}

/** What a header of remaining units counts; null where its name does not say so. */
export function remainingKind(name: string): 'requests' | 'tokens' | null {
  if (name.includes('token')) return 'tokens';
  return /remaining$|req/.test(name) ? 'requests' : null;
}

/** The lowest remaining limits of requests and of tokens, over all periods. */
export function rateLimitRemaining(headers: IncomingHttpHeaders): CheckResult['rateLimitRemaining'] {
  const left: { requests?: number; tokens?: number } = {};
  for (const name of Object.keys(headers)) {
    if (!name.includes('remaining') || !remainingName.test(name)) continue;
    const count = scaled(single(headers, name), 1);
    const kind = remainingKind(name);
    if (count !== null && kind !== null) left[kind] = Math.min(count, left[kind] ?? count);
  }
  return left;
}
