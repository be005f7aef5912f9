import { z } from 'zod';
import { cronProblem } from '../../calendar/cron.js';
import { parseDuration } from '../../domain/duration.js';
import { probes } from '../../domain/model.js';
import { outcomes, reasons, reasonTable } from '../../domain/reason.js';
import { expectation } from './expectation-schema.js';
import { cronExpression, day, duration, hour, second, someText, timezone, wholeNumber } from './fields.js';
import { reasonMeanings } from './reason-meanings.js';

/** What to write in the place of a schedule that is a scalar; undefined leaves another fault to its own words. */
function scheduleMessage({ code, input }: z.core.$ZodRawIssue): string | undefined {
  if (code !== 'invalid_type' || (typeof input !== 'string' && typeof input !== 'number')) return undefined;
  if (cronProblem(String(input)) === null) return `must be a map: write "schedule: {cron: \'${input}\'}"`;
  const every = typeof input === 'number' ? `${input}s` : input;
  return `must be a map: write "schedule: {every: ${parseDuration(every) === null ? '60s' : every}}"`;
}

const schedule = z
  .strictObject(
    {
      every: duration(second, 365 * day)
        .optional()
        .describe(
          'Interval between checks; 60s unless set. Their phase follows from the id, so that load is spread.',
        ),
      cron: cronExpression()
        .optional()
        .describe('Times of checks, in the place of `every`: 5 fields, or 6 with seconds first.'),
      timezone: timezone().optional().describe('Time zone of `cron`, such as Europe/Berlin; UTC unless set.'),
      spread: z
        .union([z.literal(0), duration(0, hour)], 'must be 0 or a duration of at most 1h')
        .optional()
        .describe(
          'How far checks of `cron` may be put off to spread load, 0 for not at all; a tenth of the gap and at most 10s unless set.',
        ),
    },
    { error: scheduleMessage },
  )
  .superRefine((value, context) => {
    if ((value.every === undefined) === (value.cron === undefined)) {
      context.addIssue('must have either "every" or "cron"');
    } else if (value.every !== undefined) {
      for (const key of ['timezone', 'spread'] as const) {
        if (value[key] !== undefined)
          context.addIssue({
            code: 'custom',
            path: [key],
            message: 'must stand beside "cron", not beside "every"',
          });
      }
    }
  });

const proxy = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  error: 'must be an address that begins with http:// or https://',
});

const outcomeOf = z
  .strictObject(
    Object.fromEntries(
      reasons.map((reason) => [
        reason,
        z
          .enum(outcomes)
          .optional()
          .describe(`${reasonMeanings[reason]} Usually ${reasonTable[reason].outcome}.`),
      ]),
    ),
  )
  .optional();

/** What can be said of one model and, in `defaults`, of all. */
export const asking = {
  schedule: schedule.optional().describe('When it is checked; a model replaces it as a whole.'),
  timeout: duration(100, hour)
    .optional()
    .describe('Deadline of one check, from the call to the last byte; 30s unless set.'),
  confirm: z
    .strictObject({
      failures: wholeNumber(1, 100)
        .optional()
        .describe('Failures in a row that make a model unhealthy; 2 unless set.'),
      recheck_after: duration(0, day)
        .optional()
        .describe(
          'When a failure, or a success after unknown time, is checked again to confirm it; 10s unless set. A slot serves where it comes first.',
        ),
      successes: wholeNumber(1, 100)
        .optional()
        .describe('Successes in a row that make it healthy again; 2 unless set.'),
    })
    .optional()
    .describe('How much proof a change of state takes, so that a single blip is no incident.'),
  slow: z
    .strictObject({
      duration: duration(1, hour)
        .nullable()
        .optional()
        .describe('Longest duration of a check that is not `slow`, null for any; 20s unless set.'),
      first_token: duration(1, hour)
        .nullable()
        .optional()
        .describe(
          'Longest time to the first token of a stream that is not `slow`, null for any; 5s unless set.',
        ),
    })
    .optional()
    .describe('From when on a right answer is `degraded`.'),
  probe: z
    .enum(probes)
    .optional()
    .describe(
      'How it is asked; `chat` unless set. `models` only lists the models, which costs nothing and never proves health.',
    ),
  query: someText().optional().describe('The question; "What is the capital of India?" unless set.'),
  expect: expectation
    .optional()
    .describe(
      'What the answer must be; "New Delhi" in it unless set, any text for another question. A model replaces it as a whole.',
    ),
  system_prompt: z.string().optional().describe('Text that is sent before the question; none unless set.'),
  max_tokens: wholeNumber(1, 1_000_000)
    .optional()
    .describe('Limit of the answer in tokens; 16 unless set, 1024 for a reasoning model.'),
  rate_per_min: wholeNumber(1, 1_000_000)
    .optional()
    .describe(
      'Requests in any 60 s, rechecks included; no limit unless set. A shorter interval is stretched to it.',
    ),
  tls: z
    .strictObject({
      ca_file: someText()
        .optional()
        .describe("PEM file of authorities to trust in the place of the system's, relative to this file."),
      cert_file: someText().optional().describe('PEM file of the client certificate, relative to this file.'),
      key_file: someText().optional().describe('PEM file of its key, relative to this file.'),
      server_name: someText()
        .optional()
        .describe("Name to ask for and to verify, where it is not the host's."),
      insecure: z.boolean().optional().describe('Accepts any certificate; false unless set.'),
    })
    .optional()
    .describe('Certificates of the connection; merged by key with `defaults`.'),
  proxy: proxy
    .optional()
    .describe('Proxy for its requests; HTTPS_PROXY, HTTP_PROXY and NO_PROXY unless set. May hold a secret.'),
  budget: z
    .strictObject({
      tokens_per_day: wholeNumber(1, 1_000_000_000_000).describe(
        'Tokens that checks may use in a UTC day; after that nothing is sent until the next.',
      ),
    })
    .optional()
    .describe('Limit of what checks cost.'),
  outcomes: outcomeOf.describe('Outcomes that reasons have in the place of their usual ones.'),
  loading_grace: duration(0, 30 * day)
    .optional()
    .describe('How long a model may be loading before it is unhealthy; 10m unless set.'),
};

export const defaultsSchema = z.strictObject(asking);

export type DefaultsEntry = z.output<typeof defaultsSchema>;
