import * as z from 'zod';
import { cronProblem } from '../../calendar/cron.js';
import { challengeQuery } from '../../domain/challenge.js';
import { parseDuration } from '../../domain/duration.js';
import { probes } from '../../domain/model.js';
import { outcomes, reasons, reasonTable } from '../../domain/reason.js';
import { expectation, type ExpectationEntry } from './expectation-schema.js';
import { cronExpression, day, duration, hour, second, someText, timezone, wholeNumber } from './fields.js';
import { balanceSchema, budgetSchema, priceSchema } from './money-schema.js';
import { reasonMeanings } from './reason-meanings.js';

/** Advice for a schedule that is a scalar; undefined keeps the usual message. */
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
          'Interval between checks; default: 60s. The offset of a model is computed from its id, which spreads the load.',
        ),
      cron: cronExpression()
        .optional()
        .describe('Times of checks, instead of `every`: 5 fields, or 6 with seconds first.'),
      timezone: timezone().optional().describe('Time zone of `cron`, such as Europe/Berlin; default: UTC.'),
      spread: z
        .union([z.literal(0), duration(0, hour)], 'must be 0 or a duration of at most 1h')
        .optional()
        .describe(
          'Longest delay of a check of `cron`, which spreads the load; 0 disables it; default: a tenth of the gap, at most 10s.',
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

/** TLS settings of a connection. */
export const tlsSchema = z.strictObject({
  ca_file: someText()
    .optional()
    .describe('PEM file of the trusted authorities, instead of those of the system; relative to this file.'),
  cert_file: someText().optional().describe('PEM file of the client certificate, relative to this file.'),
  key_file: someText()
    .optional()
    .describe('PEM file of the key of the client certificate, relative to this file.'),
  server_name: someText()
    .optional()
    .describe('Server name to request (SNI) and verify; default: the host name.'),
  insecure: z.boolean().optional().describe('Accepts any certificate; default: false.'),
});

/** Settings of a model that `defaults` can hold for all. */
export const asking = {
  schedule: schedule.optional().describe('Times of the checks; a model replaces the whole map.'),
  timeout: duration(100, hour)
    .optional()
    .describe('Deadline of one check, from the call to the last byte; default: 30s.'),
  confirm: z
    .strictObject({
      failures: wholeNumber(1, 100)
        .optional()
        .describe('Failures in a row that make a model unhealthy; default: 2.'),
      recheck_after: duration(0, day)
        .optional()
        .describe(
          'Delay until the check that confirms a failure, or a success after unknown time; default: 10s. If the next slot comes first, its check is used.',
        ),
      successes: wholeNumber(1, 100)
        .optional()
        .describe('Successes in a row that make a model healthy again; default: 2.'),
    })
    .optional()
    .describe('Results in a row that change the state, so that a single failure is not an incident.'),
  slow: z
    .strictObject({
      duration: duration(1, hour)
        .nullable()
        .optional()
        .describe('Longest duration of a check that is not `slow`; null disables the limit; default: 20s.'),
      first_token: duration(1, hour)
        .nullable()
        .optional()
        .describe(
          'Longest time to the first token of a stream that is not `slow`; null disables the limit; default: 5s.',
        ),
      tokens_per_second: z
        .number()
        .min(0.01, 'must be at least 0.01')
        .max(100_000, 'must be at most 100000')
        .nullable()
        .optional()
        .describe(
          'Fewest tokens per second of a stream that is not `slow`, measured from 16 tokens of answer on, so set a `query` with a longer answer; null disables the limit; default: none.',
        ),
      gap: duration(1, hour)
        .nullable()
        .optional()
        .describe(
          'Longest time between two chunks of a stream that is not `slow`; null disables the limit; default: none.',
        ),
      baseline: z
        .number()
        .min(1.1, 'must be at least 1.1')
        .max(1_000, 'must be at most 1000')
        .nullable()
        .optional()
        .describe(
          'How many times slower than usual an answer is `slow`: than the median of the model itself on the last 7 days at the same hour of the day in UTC, in duration, time to the first token, or tokens per second. Applies once the seven hours have 50 results, from 100 ms later than the median; null disables it; default: none.',
        ),
    })
    .optional()
    .describe('Limits beyond which a correct answer is `degraded`.'),
  probe: z
    .enum(probes)
    .optional()
    .describe(
      'Kind of request; default: `chat`. `models` only lists the models: it costs nothing and never proves health.',
    ),
  query: someText()
    .optional()
    .describe(
      'Text of the question. `challenge`: a short question with a fresh word or number for each check, whose answer is checked; default: `challenge`, or "What is the capital of India?" if `expect` is set and in `endpoint_configuration`.',
    ),
  expect: expectation
    .optional()
    .describe(
      'Conditions on the answer; default: the right answer to a question of modelpulse, or any text if `query` is set to another one. A model replaces the whole map. Beside `query: challenge` only `model` can be set.',
    ),
  system_prompt: z.string().optional().describe('System prompt sent before the question; default: none.'),
  max_tokens: wholeNumber(1, 1_000_000)
    .optional()
    .describe('Token limit of the answer; default: 16, or 1024 for a reasoning model.'),
  rate_per_min: wholeNumber(1, 1_000_000)
    .optional()
    .describe(
      'Most requests in any 60 s, including rechecks; default: no limit. A shorter interval is extended to fit.',
    ),
  tls: tlsSchema.optional().describe('TLS settings of the connection; merged by key with `defaults`.'),
  proxy: proxy
    .optional()
    .describe(
      'Proxy for the requests; default: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. It opens a tunnel to an https address (CONNECT) and forwards the request to an http address. May contain a secret.',
    ),
  price: priceSchema,
  budget: budgetSchema,
  balance: balanceSchema,
  outcomes: outcomeOf.describe('Outcome of a reason, instead of its usual one.'),
  loading_grace: duration(0, 30 * day)
    .optional()
    .describe('Time for which a model may be loading before it is unhealthy; default: 10m.'),
};

/** The first condition on the text of an answer; null for none. */
export function textConditionOf(expect: ExpectationEntry | undefined): keyof ExpectationEntry | null {
  const keys = Object.keys(expect ?? {}) as (keyof ExpectationEntry)[];
  return keys.find((key) => key !== 'model' && expect?.[key] !== undefined) ?? null;
}

export const defaultsSchema = z.strictObject(asking).superRefine(({ query, expect }, context) => {
  const key = query === challengeQuery ? textConditionOf(expect) : null;
  if (key !== null) {
    const message = 'cannot stand beside "query: challenge", whose answer is checked';
    context.addIssue({ code: 'custom', path: ['expect', key], message });
  }
});

export type DefaultsEntry = z.output<typeof defaultsSchema>;
