import * as z from 'zod';
import { longestPeriodMs } from '../../domain/exclusion.js';
import type { Interval } from '../../domain/state.js';
import { HttpError } from '../http-error.js';
import { ordered } from '../query.js';
import { parseTime } from '../time.js';

/** Maximum exclusions of a model. */
export const mostExclusions = 1_000;

/** Lone surrogates, and control characters except tab and line feed. */
const unfit = /\p{Cs}|[^\P{Cc}\t\n\r]/u;

/** Text written by a user, of at most `most` characters. */
export function written(most: number) {
  const allowed = `must be text of 1 to ${most} characters`;
  return z
    .string(allowed)
    .trim()
    .min(1, allowed)
    .max(most, allowed)
    .refine((text) => !unfit.test(text), allowed);
}

/** A time as anywhere in the API; Unix seconds may be a number in JSON. */
const timeMember = z
  .unknown()
  .transform((value, context): number => {
    const time = typeof value === 'string' || typeof value === 'number' ? parseTime(String(value)) : null;
    if (time !== null) return time;
    context.addIssue({
      code: 'custom',
      message: 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z, or Unix seconds, from 1970 to 2100',
    });
    return z.NEVER;
  })
  .meta({ anyOf: [{ type: 'string' }, { type: 'number' }] });

export const exclusionBody = z
  .strictObject(
    {
      from: timeMember.describe('Start (inclusive): ISO 8601 (UTC unless it has an offset) or Unix seconds.'),
      to: timeMember.describe('End (exclusive); may be in the future.'),
      reason: written(2_000),
    },
    'must be an object',
  )
  .describe('Period that counts as maintenance; may be in the future.');

/** The window that a body excludes. Throws HttpError for one that is empty or too long. */
export function windowOfExclusion(
  body: z.output<typeof exclusionBody>,
): Interval & { readonly reason: string } {
  const window = { ...ordered(body), reason: body.reason };
  if (window.to - window.from > longestPeriodMs)
    throw new HttpError(400, 'bad_query', 'to: must be at most 366 days after from');
  return window;
}
