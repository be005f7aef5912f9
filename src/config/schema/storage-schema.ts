import * as z from 'zod';
import { day, duration, hour, someText } from './fields.js';

function isPostgres(text: string): boolean {
  // A socket is named behind the question mark, with no host before it.
  const whole = text.replace('@/', '@localhost/');
  return URL.canParse(whole) && ['postgres:', 'postgresql:'].includes(new URL(whole).protocol);
}

/** Where the history is, and for how long. */
export const storageSchema = z.strictObject({
  path: someText()
    .refine((path) => path.trim() === path, 'must not begin or end with a blank')
    .refine((path) => path !== ':memory:', 'must be a file: the history has to outlive the process')
    .refine((path) => !/^~(?:\/|$)/.test(path), 'must name the folder itself: ~ is not replaced')
    .optional()
    .describe(
      'SQLite file, relative to the working directory; created with its directory if missing; default: `data/modelpulse.db`, unless `url` is set. A change needs a restart.',
    ),
  on_corrupt: z
    .enum(['move', 'stop'])
    .optional()
    .describe(
      'Action for a damaged file: `move`, the default, renames it and starts a new one; `stop` leaves it in place and fails. A change needs a restart.',
    ),
  url: someText()
    .refine(isPostgres, 'must be postgres://user:password@host:port/database')
    .optional()
    .describe(
      'PostgreSQL database in place of a file, such as `${DATABASE_URL}`; its tables are in the schema that `?search_path=` names, else `public`. A change needs a restart.',
    ),
  prepared_statements: z
    .boolean()
    .optional()
    .describe('`false` behind PgBouncer in transaction mode; default: `true`. A change needs a restart.'),
  retention: z
    .strictObject({
      checks: duration(hour).prefault('30d').describe('Individual healthy results.'),
      failures: duration(hour)
        .prefault('90d')
        .describe('Individual results that are not healthy, with details.'),
      hours: duration(hour).prefault('400d').describe('Sums by hour; kept at least as long as `checks`.'),
      days: duration(day)
        .prefault('5y')
        .describe('Sums by UTC day, the time line and incidents; kept at least as long as `hours`.'),
    })
    .prefault({})
    .describe('Time for which each kind of history is kept; older data is deleted in small batches.'),
});
