import { z } from 'zod';
import {
  cronExpression,
  day,
  duration,
  headerValue,
  hour,
  httpAddress,
  minute,
  second,
  someText,
  timezone,
  wholeNumber,
} from './fields.js';
import { defaultsSchema, modelSchema } from './model-schema.js';

const server = z.strictObject({
  listen: someText().prefault('127.0.0.1:9464'),
  bearer_token: headerValue().optional(),
  insecure_public: z.boolean().prefault(false),
  shutdown_grace: duration(0, hour).prefault('5s'),
});

const storage = z.strictObject({
  path: someText().prefault('data/modelpulse.db'),
  on_corrupt: z.enum(['move', 'stop']).prefault('move'),
  retention: z
    .strictObject({
      checks: duration(hour).prefault('30d'),
      failures: duration(hour).prefault('90d'),
      hours: duration(hour).prefault('400d'),
      days: duration(day).prefault('5y'),
    })
    .prefault({}),
});

const checker = z.strictObject({
  mode: z.enum(['builtin', 'remote']).prefault('builtin'),
  concurrency: wholeNumber(1, 10_000).prefault(64),
  per_host: wholeNumber(1, 10_000).prefault(16),
  reuse_connections: z.boolean().prefault(false),
});

const remote = z.strictObject({
  url: httpAddress(),
  api_key: headerValue().min(1, 'must not be empty'),
  timeout: duration(100, hour).prefault('60s'),
});

const healthApi = z.strictObject({
  enabled: z.boolean().optional(),
  api_keys: z.array(headerValue()).prefault([]),
  allow_hosts: z.array(someText()).prefault([]),
  allow_private: z.boolean().prefault(false),
  rate_per_min: wholeNumber(1, 1_000_000).prefault(600),
});

const connectivity = z.strictObject({
  targets: z
    .array(
      z
        .string()
        .regex(/^tcp:\/\/(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, {
          error: 'must be an address such as tcp://1.1.1.1:443',
          abort: true,
        })
        .refine(URL.canParse, 'must be an address such as tcp://1.1.1.1:443'),
    )
    .min(1, 'must name at least one target'),
  every: duration(second, hour).prefault('30s'),
});

const maintenance = z.strictObject({
  cron: cronExpression(),
  timezone: timezone().prefault('UTC'),
  duration: duration(minute, 30 * day),
  models: z.array(someText()).min(1, 'must name at least one pattern').prefault(['*']),
});

const include = z.union([someText(), z.array(someText())], 'must be a pattern or a list of patterns');

/** Everything of the main file but its models, which are read one by one. */
export const settingsSchema = z.strictObject({
  server: server.prefault({}),
  storage: storage.prefault({}),
  checker: checker.prefault({}),
  remote: remote.optional(),
  health_api: healthApi.prefault({}),
  connectivity: connectivity.optional(),
  maintenance: z.array(maintenance).prefault([]),
  defaults: defaultsSchema.prefault({}),
  include: include.optional().meta({
    description:
      'Files with further models, as globs relative to this file. An included file holds nothing but the key "models"; a pattern that matches no file is an error.',
  }),
  $schema: z.string().optional(),
  models: z.array(z.unknown()).optional(),
});

/** An included file. */
export const includedSchema = z.strictObject({ models: z.array(z.unknown()) });

/** The whole file, for editors. */
export const configSchema = settingsSchema.extend({
  models: z.array(modelSchema).optional(),
});

export type SettingsEntry = z.output<typeof settingsSchema>;
