import { z } from 'zod';
import { probes } from '../domain/model.js';
import { outcomes, reasons } from '../domain/reason.js';
import { expectation } from './expectation-schema.js';
import {
  cronExpression,
  day,
  duration,
  freeMap,
  headerValue,
  hour,
  httpAddress,
  second,
  someText,
  timezone,
  wholeNumber,
} from './fields.js';
import { authType, customHeaders, endpointConfiguration, jwtConfig, modalities } from './seed-schema.js';

const schedule = z
  .strictObject({
    every: duration(second, 365 * day).optional(),
    cron: cronExpression().optional(),
    timezone: timezone().optional(),
    spread: z.union([z.literal(0), duration(0, hour)], 'must be 0 or a duration of at most 1h').optional(),
  })
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

/** What can be said of one model and, in `defaults`, of all. */
const asking = {
  schedule: schedule.optional(),
  timeout: duration(100, hour).optional(),
  confirm: z
    .strictObject({
      failures: wholeNumber(1, 100).optional(),
      recheck_after: duration(0, day).optional(),
      successes: wholeNumber(1, 100).optional(),
    })
    .optional(),
  slow: z
    .strictObject({
      duration: duration(1, hour).nullable().optional(),
      first_token: duration(1, hour).nullable().optional(),
    })
    .optional(),
  probe: z.enum(probes).optional(),
  query: someText().optional(),
  expect: expectation.optional(),
  system_prompt: z.string().optional(),
  max_tokens: wholeNumber(1, 1_000_000).optional(),
  rate_per_min: wholeNumber(1, 1_000_000).optional(),
  tls: z
    .strictObject({
      ca_file: someText().optional(),
      cert_file: someText().optional(),
      key_file: someText().optional(),
      server_name: someText().optional(),
      insecure: z.boolean().optional(),
    })
    .optional(),
  proxy: proxy.optional(),
  budget: z.strictObject({ tokens_per_day: wholeNumber(1, 1_000_000_000_000) }).optional(),
  outcomes: z
    .strictObject(Object.fromEntries(reasons.map((reason) => [reason, z.enum(outcomes).optional()])))
    .optional(),
  loading_grace: duration(0, 30 * day).optional(),
};

export const defaultsSchema = z.strictObject(asking);

const id = z
  .string()
  .max(200, 'must have at most 200 characters')
  .regex(/^(?!\.{1,2}$)[^\s/\\\p{C}]+$/u, 'must be text without spaces, slashes and control characters')
  .meta({ description: 'Stable key of the model, unique in the registry.' });

const labels = z.record(
  z
    .string()
    .regex(
      /^(?!__)[A-Za-z_]\w*$/,
      'must be a label name (letters, digits and _, beginning with neither a digit nor __)',
    ),
  z.string(),
);

/** One entry of `models`: what is asked, and where, as the seed's `endpoint_configuration` or as a preset. */
export const modelSchema = z.strictObject({
  id,
  ...asking,
  labels: labels.optional(),
  slo: z
    .number()
    .gt(0, 'must be a fraction between 0 and 1, such as 0.99')
    .lt(1, 'must be a fraction between 0 and 1, such as 0.99')
    .optional(),
  pause: z.boolean().optional(),
  rename_from: id
    .optional()
    .meta({ description: 'Earlier id of the model; its history goes on under the new one.' }),
  endpoint_configuration: endpointConfiguration.optional(),
  provider: someText().optional(),
  model: someText().optional(),
  api_key: headerValue().optional(),
  api_keys: z.array(headerValue()).optional(),
  base_url: httpAddress().optional().meta({ description: "The prefix before the provider's own path." }),
  api_version: someText().optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be a region such as us-east-1')
    .optional(),
  model_auth_type: authType.optional(),
  model_jwt_config: jwtConfig.optional(),
  input_modalities: modalities.optional(),
  custom_headers: customHeaders.optional(),
  custom_payload: freeMap().optional(),
  custom_response_format: someText().optional(),
  default_request_options: freeMap().optional(),
});

export type ModelEntry = z.output<typeof modelSchema>;
export type DefaultsEntry = z.output<typeof defaultsSchema>;

/** Keys of the preset form only, which have their own place in `endpoint_configuration`. */
export const presetKeys = [
  'provider',
  'model',
  'api_key',
  'api_keys',
  'base_url',
  'api_version',
  'region',
  'model_auth_type',
  'model_jwt_config',
  'input_modalities',
  'custom_headers',
  'custom_payload',
  'custom_response_format',
  'default_request_options',
] as const satisfies readonly (keyof ModelEntry)[];
