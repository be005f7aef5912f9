import { z } from 'zod';
import {
  cronExpression,
  day,
  duration,
  headerValue,
  hour,
  httpAddress,
  labelName,
  minute,
  second,
  someText,
  timezone,
  wholeNumber,
} from './fields.js';
import { defaultsSchema } from './asking-schema.js';
import { modelSchema } from './model-schema.js';

/** Labels that alerts have of their own. */
const takenLabels = [
  ...['alertname', 'alertstate', 'blame', 'cause', 'instance', 'job', 'key', 'model', 'provider', 'severity'],
  'window',
];

const alertLabel = labelName().refine(
  (name) => !takenLabels.includes(name),
  `must not be a label that alerts have of their own: ${takenLabels.join(', ')}`,
);

const server = z.strictObject({
  listen: someText()
    .prefault('127.0.0.1:9464')
    .describe(
      'Address and port to listen on: `host:port`, `[::1]:port`, or `:port` for all interfaces. Other than loopback it needs a `bearer_token`. A change needs a restart.',
    ),
  bearer_token: headerValue()
    .optional()
    .describe(
      'Secret that every route but /livez, /readyz and /redteam/* wants, as Bearer or as the password of HTTP Basic; none unless set.',
    ),
  read_tokens: z
    .array(headerValue())
    .max(100, 'must have at most 100 items')
    .prefault([])
    .describe(
      'Secrets that open only what reads: GET and HEAD of every route but /probe, which costs a check. Each is sent like the `bearer_token`, which they need beside them.',
    ),
  public_badges: z
    .boolean()
    .prefault(false)
    .describe(
      'Serves badges (`/api/v1/models/{id}/badge.svg`) without a token and under any host name, for pages of others.',
    ),
  insecure_public: z
    .boolean()
    .prefault(false)
    .describe('Allows an address that others can reach without a `bearer_token`.'),
  allowed_hosts: z
    .array(z.string().regex(/^[\w.-]{1,253}$/, 'must be a host name without a port'))
    .max(100, 'must have at most 100 items')
    .prefault([])
    .describe(
      'Names, without a port, by which this server may also be asked without a token, and whose pages may change something. Without a token a loopback address is asked as localhost or by its address alone, and a public one by address or a name without a dot, so that no page of another name reaches it (DNS rebinding).',
    ),
  public_url: httpAddress()
    .optional()
    .describe(
      'Address by which people reach this server, such as https://pulse.example.com; the alerts of `modelpulse rules` link to it.',
    ),
  runbook_url: httpAddress()
    .optional()
    .describe(
      'Address of a copy of docs/alerts.md; the alerts of `modelpulse rules` link to their part of it.',
    ),
  alert_labels: z
    .array(alertLabel)
    .max(20, 'must have at most 20 items')
    .prefault([])
    .describe(
      'Names of `labels` of models that `modelpulse rules` puts on the alerts of a model, for routing, such as `[team]`.',
    ),
  shutdown_grace: duration(0, hour)
    .prefault('5s')
    .describe(
      'How long running checks may take to end when the daemon stops; then they are aborted and counted as missed.',
    ),
});

const storage = z.strictObject({
  path: someText()
    .prefault('data/modelpulse.db')
    .describe(
      'The SQLite file, relative to the working directory; made with its directory where there is none. A change needs a restart.',
    ),
  on_corrupt: z
    .enum(['move', 'stop'])
    .prefault('move')
    .describe(
      'What becomes of a damaged file: `move` puts it aside and begins a fresh one, `stop` leaves it and fails. A change needs a restart.',
    ),
  retention: z
    .strictObject({
      checks: duration(hour).prefault('30d').describe('Healthy results, one by one.'),
      failures: duration(hour).prefault('90d').describe('Results that are not healthy, with their details.'),
      hours: duration(hour).prefault('400d').describe('Sums by the hour; kept at least as long as `checks`.'),
      days: duration(day)
        .prefault('5y')
        .describe('Sums by the UTC day, the time line and incidents; kept at least as long as `hours`.'),
    })
    .prefault({})
    .describe('How long each kind of history is kept; what is older is deleted a little at a time.'),
});

const checker = z.strictObject({
  mode: z
    .enum(['builtin', 'remote'])
    .prefault('builtin')
    .describe(
      'Who asks the models: `builtin` this process, `remote` the health API of the section `remote`.',
    ),
  concurrency: wholeNumber(1, 10_000)
    .prefault(64)
    .describe('Checks that may run at once. A change needs a restart.'),
  per_host: wholeNumber(1, 10_000)
    .prefault(16)
    .describe(
      'Checks that may run at once against one host and port, so that a hung host holds up no other. A change needs a restart.',
    ),
  reuse_connections: z
    .boolean()
    .prefault(false)
    .describe(
      'Keeps connections open between checks. Off, so that each check also tests DNS, TLS and the certificate.',
    ),
});

const remote = z.strictObject({
  url: httpAddress().describe('Address of the health API, without its path.'),
  api_key: headerValue().min(1, 'must not be empty').describe('Secret key for it.'),
  timeout: duration(100, hour)
    .prefault('60s')
    .describe('Deadline of a check in this mode; the `timeout` of a model has no effect.'),
});

const healthApi = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Serves the routes below /redteam; on where there are `api_keys` unless set.'),
  api_keys: z
    .array(headerValue())
    .prefault([])
    .describe('Secret keys of its callers; the `bearer_token` opens nothing here.'),
  allow_hosts: z
    .array(someText())
    .prefault([])
    .describe('Hosts that callers may have asked although their address is private: `host` or `host:port`.'),
  allow_private: z
    .boolean()
    .prefault(false)
    .describe('Lets callers have any address asked: private, loopback, link-local and metadata ones too.'),
  rate_per_min: wholeNumber(1, 1_000_000)
    .prefault(600)
    .describe('Requests of one key in a minute; more are answered 429.'),
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
    .min(1, 'must name at least one target')
    .describe(
      'Addresses that only your own network can make unreachable, as `tcp://host:port`. None of them takes a connection: the monitor is blind, and failures to connect blame no model.',
    ),
  every: duration(second, hour).prefault('30s').describe('How often they are tried.'),
});

/** Longer than any time that can be read. */
const maintenanceTime = () => someText().max(64, 'must have at most 64 characters');

const maintenance = z.strictObject({
  cron: cronExpression()
    .optional()
    .describe('Start of recurring windows: 5 fields, or 6 with seconds first. Needs `duration`.'),
  timezone: timezone()
    .prefault('UTC')
    .describe('Time zone of `cron`, and of `from` and `to` without one, such as Europe/Berlin.'),
  duration: duration(minute, 30 * day)
    .optional()
    .describe('Length of a recurring window.'),
  from: maintenanceTime()
    .optional()
    .describe(
      'Start of a single window: ISO 8601 in whole seconds, such as 2026-12-01T22:00:00Z. Needs `to`.',
    ),
  to: maintenanceTime()
    .optional()
    .describe('End of the single window (exclusive), at most 366 days after `from`.'),
  models: z
    .array(someText())
    .min(1, 'must name at least one pattern')
    .prefault(['*'])
    .describe(
      'Ids it holds for, as patterns such as `gpt-*`: `*` stands for any run of characters, every other character for itself.',
    ),
  reason: z
    .string()
    .min(1, 'must not be empty')
    .max(500, 'must have at most 500 characters')
    .refine((text) => !/[\p{Cs}\p{Cc}]/u.test(text), 'must be one line without control characters')
    .optional()
    .describe('Note for readers of the file.'),
});

const include = z.union([someText(), z.array(someText())], 'must be a pattern or a list of patterns');

/** Everything of the main file but its models, which are read one by one. */
export const settingsSchema = z.strictObject({
  server: server.prefault({}).describe('The one port that serves metrics, the API and the health API.'),
  storage: storage.prefault({}).describe('The history.'),
  checker: checker.prefault({}).describe('How many checks run, and who asks.'),
  remote: remote.optional().describe('The health API that checks with `mode: remote`.'),
  health_api: healthApi
    .prefault({})
    .describe('The health API that is served here: who may ask, and for what.'),
  connectivity: connectivity
    .optional()
    .describe(
      'Tells a failure of your own network from one of a provider. Without it the machines that models are on are looked at, from three on.',
    ),
  maintenance: z
    .array(maintenance)
    .max(1_000, 'must have at most 1000 items')
    .prefault([])
    .describe('Times that do not count: checks go on and are listed, but change neither state nor uptime.'),
  defaults: defaultsSchema.prefault({}).describe('What holds for every model that says nothing else.'),
  include: include
    .optional()
    .describe(
      'Files with further models, as globs relative to this file. An included file holds nothing but the key "models"; a pattern that matches no file is an error.',
    ),
  $schema: z.string().optional().describe('Address of the JSON Schema, for editors; not read.'),
  models: z.array(z.unknown()).optional(),
});

/** An included file. */
export const includedSchema = z.strictObject({ models: z.array(z.unknown()) });

/** The whole file, for editors. */
export const configSchema = settingsSchema.extend({
  models: z
    .array(modelSchema)
    .optional()
    .describe('The registry: what is checked. Required, unless there is an `include`; may be empty.'),
});

export type SettingsEntry = z.output<typeof settingsSchema>;
