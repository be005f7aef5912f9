import * as z from 'zod';
import { day, duration, hour, isPostgres, someText } from './fields.js';

/** The driver takes one host; a text that has no commas in user and password otherwise looks the same. */
function namesOneHost(text: string): boolean {
  const [, host = ''] = /^[a-z]+:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(text) ?? [];
  return ![host, ...new URLSearchParams(text.split('?')[1]).getAll('host')].some((one) => one.includes(','));
}

const databaseUrl = (): z.ZodString =>
  someText()
    .refine(
      namesOneHost,
      'must name one host: the driver knows no list; write a name or address that leads to the primary',
    )
    .refine(
      (text) => !namesOneHost(text) || isPostgres(text),
      'must be postgres://user:password@host:port/database',
    );

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
  url: databaseUrl()
    .optional()
    .describe(
      'PostgreSQL database in place of a file, such as `${DATABASE_URL}`; its tables are in the schema that `?search_path=` names, else `public`. A change needs a restart.',
    ),
  listen_url: databaseUrl()
    .optional()
    .describe(
      'URL that leads to the server itself where `url` leads through PgBouncer in transaction mode, which carries no notifications: each instance has one connection to it, to hear the others; default: `url`. A change needs a restart.',
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
