import * as z from 'zod';
import { dayMs } from '../../domain/period.js';
import { longestAddress } from '../../domain/address.js';
import { durationPattern, formatDuration, parseDuration } from '../../domain/duration.js';
import { longestId } from '../../domain/model.js';
import { cronProblem, isTimezone } from '../../calendar/cron.js';
import { isPlausible, parseIsoTime } from '../../domain/time.js';

/** A message for every fault of a field except a missing value. */
function must(message: string) {
  return { error: (issue: { input?: unknown }) => (issue.input === undefined ? undefined : message) };
}

const longestMs = 100 * 365 * dayMs;

/** A duration, written as text and converted to ms. */
export function duration(leastMs: number, mostMs = longestMs) {
  const message = 'must be a duration such as 500ms, 30s, 5m, 2h, 30d or 5y';
  return z
    .string(must(message))
    .regex(durationPattern, message)
    .transform((text, context) => {
      const ms = parseDuration(text) ?? Infinity;
      if (ms < leastMs) context.addIssue(`must be at least ${formatDuration(leastMs)}`);
      if (ms > mostMs) context.addIssue(`must be at most ${formatDuration(mostMs)}`);
      return ms;
    });
}

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export function wholeNumber(least: number, most: number) {
  return z
    .int(must(`must be a whole number from ${least} to ${most}`))
    .min(least)
    .max(most);
}

/** Non-empty text. */
export function someText() {
  return z.string().min(1, 'must not be empty');
}

const longestName = 1_024;

/** Name of a model at its provider. The daemon keeps it with the state of the model. */
export function providerModelName() {
  return someText().max(longestName, `must have at most ${longestName} characters`);
}

/** One text or a list of them, read as a list. */
export function texts() {
  return z
    .union(
      [someText(), z.array(someText()).min(1)],
      must('must be a text or a list of texts, none of them empty'),
    )
    .transform((value) => (typeof value === 'string' ? [value] : value));
}

/** Text that is valid in an HTTP header. */
export const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A header value: a line break in it would start another header. */
export function headerValue() {
  return z.string().regex(headerText, 'must be one line without control characters');
}

export function headerName() {
  return z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header');
}

/** Headers that say where a request ends and what becomes of its connection: with them it could hide a second one. */
const ofRequest =
  /^(?:connection|content-length|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

/** The name of a header that is sent besides those of the request itself. */
export function extraHeaderName() {
  return headerName().refine((name) => !ofRequest.test(name), {
    error: ({ input }) => `must not be ${String(input).toLowerCase()}, which the request sets itself`,
  });
}

/** A valid Prometheus label name. */
export function labelName() {
  return z
    .string()
    .max(longestId, `must have at most ${longestId} characters`)
    .regex(
      /^(?!__)[A-Za-z_]\w*$/,
      'must be a label name (letters, digits and _, beginning with neither a digit nor __)',
    );
}

/** An absolute http or https address without credentials, query and fragment. */
export function httpAddress() {
  return z
    .string()
    .max(longestAddress, { error: `must have at most ${longestAddress} characters`, abort: true })
    .regex(/^https?:\/\/[^/]/, {
      message: 'must be an address that begins with http:// or https://',
      abort: true,
    })
    .superRefine((text, context) => {
      const message = addressProblem(text, ['http:', 'https:']);
      if (message !== null) context.addIssue(message);
    });
}

/** Why `text` is no address with one of these schemes and nothing after its path; null when it is one. */
export function addressProblem(text: string, schemes: readonly string[]): string | null {
  if (!URL.canParse(text)) return 'must be an address such as https://api.example.com/v1';
  const url = new URL(text);
  if (!schemes.includes(url.protocol))
    return `must be an address that begins with ${schemes.join('// or ')}//`;
  // The HTTP client takes this name for a socket.
  if (url.hostname === 'unix') return 'must name a host: sockets of Unix are not supported';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not hold a query or a fragment';
  return null;
}

export function cronExpression() {
  return z.string().superRefine((text, context) => {
    const problem = cronProblem(text);
    if (problem !== null) context.addIssue(`is no cron expression: ${problem}`);
  });
}

export function timezone() {
  return z.string().refine(isTimezone, 'must be a time zone such as UTC or Europe/Berlin');
}

/** A date or time in UTC unless it names another zone, written as ISO 8601 and converted to Unix ms. */
export function isoTime() {
  const message = 'must be a date or time such as 2027-01-31 or 2027-01-31T12:00:00Z';
  return z
    .string(must(message))
    .max(64, 'must have at most 64 characters')
    .transform((text, context) => {
      const at = parseIsoTime(text, (local) => local);
      if (at !== null && isPlausible(at)) return at;
      context.addIssue(at === null ? message : 'must be between 2000 and 2100');
      return z.NEVER;
    });
}

/** JSON that is passed on unchanged. */
export function freeMap() {
  return z.record(z.string(), z.unknown());
}

/** True for the URL of a PostgreSQL database. */
export function isPostgres(text: string): boolean {
  // A socket is named behind the question mark, with no host before it.
  const whole = text.replace('@/', '@localhost/');
  return URL.canParse(whole) && ['postgres:', 'postgresql:'].includes(new URL(whole).protocol);
}
