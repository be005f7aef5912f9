import * as z from 'zod';
import { parseDuration } from '../../domain/duration.js';
import { longestPeriodMs } from '../../domain/exclusion.js';
import type { Acknowledgement } from '../../domain/incident.js';
import { HttpError } from '../http-error.js';
import { parseTime } from '../time.js';
import { written } from './exclusion-body.js';

/** The end of a snooze: a time, or a duration from now on. */
type Until = { readonly time: number } | { readonly ms: number };

const allowed =
  'must be a duration such as 4h, an ISO 8601 time such as 2026-01-31T12:00:00Z, or Unix seconds';

/** The end that a text or number names; null for what names none. */
function untilOf(value: unknown): Until | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const ms = parseDuration(String(value));
  if (ms !== null) return { ms };
  const time = parseTime(String(value));
  return time === null ? null : { time };
}

const untilMember = z
  .unknown()
  .transform((value, context): Until | null => {
    if (value === null || value === undefined) return null;
    const until = untilOf(value);
    if (until !== null) return until;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  })
  .optional()
  .meta({ anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] });

/** Name of a person. */
export const nameMember = written(200);

export const acknowledgementBody = z
  .strictObject(
    {
      by: nameMember.describe('Who cares for the incident.'),
      note: written(2_000).nullable().default(null),
      until: untilMember.describe(
        'End of a snooze: a duration such as `4h`, an ISO 8601 time, or Unix seconds; without it, the end of the incident.',
      ),
    },
    'must be an object',
  )
  .describe('Acknowledgement of an incident; a snooze with `until`.');

/** The acknowledgement that a body describes at `now`. Throws HttpError for an end that is not ahead. */
export function acknowledgementIn(
  { by, note, until }: z.output<typeof acknowledgementBody>,
  now: number,
): Omit<Acknowledgement, 'at'> {
  if (until === undefined || until === null) return { by, note, until: null };
  const end = 'ms' in until ? now + until.ms : until.time;
  if (end <= now) throw new HttpError(400, 'bad_query', 'until: must be in the future');
  if (end - now > longestPeriodMs)
    throw new HttpError(400, 'bad_query', 'until: must be at most 366 days ahead');
  return { by, note, until: end };
}
