import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { dayMs } from '../domain/rollup.js';
import type { Interval } from '../domain/state.js';
import { HttpError } from './http-error.js';
import { parseTime } from './time.js';

/** A parameter that is given once and read by `parse`, which answers null for what is not allowed. */
export function parameter<T>(allowed: string, parse: (text: string) => T | null) {
  return z.string('must be given once').transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const time = parameter('must be an ISO 8601 time such as 2026-01-31T12:00:00Z, or Unix seconds', parseTime);

export const from = time.describe(
  'Beginning, itself included: ISO 8601 (UTC unless it has an offset) or Unix seconds.',
);
export const to = time.describe(
  'End, itself not included: ISO 8601 (UTC unless it has an offset) or Unix seconds.',
);

/** How many items to answer. */
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
      description: `At most so many items; ${usual} if not given.`,
    });
}

/** Where the next page goes on, for lists in the order of a number. */
export const numberCursor = parameter('must be the `next_cursor` of an answer', wholeNumber).describe(
  'The `next_cursor` of the page before.',
);

/** One of `names`. */
export function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, `must be one of ${names.join(', ')}`);
}

/** A parameter that may be given several times. */
export function several<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) || value === undefined ? value : [value]),
    z.array(item),
  );
}

function duration(text: string): number | null {
  const ms = parseDuration(text);
  return ms === 0 ? null : ms;
}

export const windowParameters = {
  from: from.optional(),
  to: to.optional(),
  window: parameter('must be a duration such as 90m, 24h or 30d', duration)
    .optional()
    .meta({
      description: 'So long until now, such as `30d`; instead of `from` and `to`.',
      examples: ['24h', '30d'],
    }),
};

/** The window a query asks for: `from` to `to`, or `window` until now, or else the last 24 h. */
export function windowOf(
  query: { from?: number | undefined; to?: number | undefined; window?: number | undefined },
  now: number,
): Interval {
  if (query.window !== undefined) {
    if (query.from === undefined && query.to === undefined) return { from: now - query.window, to: now };
    throw new HttpError(400, 'bad_query', 'window: not allowed together with from or to');
  }
  const end = query.to ?? now;
  return ordered({ from: query.from ?? end - dayMs, to: end });
}

/** Refuses a window that ends before it begins. */
export function ordered(window: Interval): Interval {
  if (window.from < window.to) return window;
  throw new HttpError(400, 'bad_query', 'from: must be before to');
}
