import * as z from 'zod';
import { namedWindow, namedWindowForms } from '../calendar/named-window.js';
import { createZone } from '../calendar/zone.js';
import { parseDuration } from '../domain/duration.js';
import { dayMs } from '../domain/period.js';
import type { Model } from '../domain/model.js';
import type { Interval } from '../domain/state.js';
import { HttpError } from './http-error.js';
import { parseTime } from './time.js';

/** A parameter that may be given once; `parse` returns null for a value that is not allowed. */
export function parameter<T>(allowed: string, parse: (text: string) => T | null) {
  return z.string('must be given once').transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

/** A number of up to 15 digits; null for anything else. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const time = parameter(
  'must be an ISO 8601 time such as 2026-01-31T12:00:00Z, or Unix seconds, from 1970 to 2100',
  parseTime,
);

export const from = time.describe(
  'Start (inclusive): ISO 8601 (UTC unless it has an offset) or Unix seconds.',
);
export const to = time.describe('End (exclusive): ISO 8601 (UTC unless it has an offset) or Unix seconds.');

/** Maximum number of items in the answer. */
export function limit(most: number, usual: number) {
  const allowed = `must be a whole number from 1 to ${most}`;
  return parameter(allowed, (text) => {
    const value = wholeNumber(text);
    return value !== null && value >= 1 && value <= most ? value : null;
  })
    .default(usual)
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: most,
      description: `Most items on a page; default: ${usual}.`,
    });
}

/** Cursor of the next page, for lists ordered by a number. */
export const numberCursor = parameter('must be the `next_cursor` of an answer', wholeNumber).describe(
  'The `next_cursor` of the previous page.',
);

/** One of `names`. */
export function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, `must be one of ${names.join(', ')}`);
}

/** Maximum values of one parameter; each is compared with every model. */
const mostValues = 20;

/** A parameter that may be given several times. */
export function several<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) || value === undefined ? value : [value]),
    z.array(item).max(mostValues, `may be given at most ${mostValues} times`),
  );
}

/** Labels as `key:value`, of which each must match. */
export const labelParameter = several(
  parameter('must be `key:value`', (text) => (text.includes(':') ? text : null)),
);

/** True for a model that has each of these labels, as `key:value`. */
export function hasLabels({ labels }: Pick<Model, 'labels'>, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const own = Object.entries(labels).map(([key, value]) => `${key}:${value}`);
  return wanted.every((label) => own.includes(label));
}

/** A window by its length until now, or by its name on the calendar. */
type WindowName = { readonly ms: number } | { readonly name: string };

function windowName(text: string): WindowName | null {
  const ms = parseDuration(text) ?? 0;
  if (ms > 0) return { ms };
  return namedWindow(text, 'UTC') === null ? null : { name: text };
}

function timezoneName(text: string): string | null {
  try {
    createZone(text);
    return text;
  } catch {
    return null;
  }
}

export const windowParameters = {
  from: from.optional(),
  to: to.optional(),
  window: parameter(`must be a duration such as 90m, 24h or 30d, or ${namedWindowForms}`, windowName)
    .optional()
    .meta({
      type: 'string',
      description: `Duration that ends now, such as \`30d\`, or a calendar period: ${namedWindowForms}; instead of \`from\` and \`to\`.`,
      examples: ['24h', '30d', 'month:2026-10'],
    }),
  timezone: parameter('must be the name of a time zone, such as Europe/Berlin', timezoneName)
    .optional()
    .meta({
      description: 'Time zone of the calendar; default: UTC.',
      examples: ['Europe/Berlin'],
    }),
};

interface WindowQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly window?: WindowName | undefined;
  readonly timezone?: string | undefined;
}

/** The window a query names; null when it names none. */
export function namedIn({ from, to, window, timezone }: WindowQuery, now: number): Interval | null {
  if (timezone !== undefined && (window === undefined || 'ms' in window))
    throw new HttpError(400, 'bad_query', 'timezone: only together with a window such as month:2026-10');
  if (window === undefined) return null;
  if (from !== undefined || to !== undefined)
    throw new HttpError(400, 'bad_query', 'window: not allowed together with from or to');
  return 'ms' in window ? { from: now - window.ms, to: now } : namedWindow(window.name, timezone ?? 'UTC');
}

/** The window of a query: the named one, or `from` to `to`, or the last 24 h. */
export function windowOf(query: WindowQuery, now: number): Interval {
  const end = query.to ?? now;
  return namedIn(query, now) ?? ordered({ from: query.from ?? end - dayMs, to: end });
}

/** Returns the window. Throws HttpError for one that ends before it begins. */
export function ordered(window: Interval): Interval {
  if (window.from < window.to) return window;
  throw new HttpError(400, 'bad_query', 'from: must be before to');
}
