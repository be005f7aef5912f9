import * as z from 'zod';
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
import { mcpSchema } from './mcp-schema.js';
import { metricsSchema } from './metrics-schema.js';
import { otlpSchema } from './otlp-schema.js';
import { notificationsSchema } from './notifications-schema.js';
import { statusPageSchema } from './status-page-schema.js';
import { storageSchema } from './storage-schema.js';
import { upSchema } from './up-schema.js';
import { vendorSchema } from './vendor-schema.js';

/** Labels that alerts use themselves. */
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
      'Listen address: `host:port`, `[::1]:port`, or `:port` for all interfaces. Any address but loopback needs a `bearer_token`. A change needs a restart.',
    ),
  bearer_token: headerValue()
    .optional()
    .describe(
      'Secret required by every route but /livez, /readyz, /redteam/*, public `status_pages` and a public `up`, as Bearer or as the password of HTTP Basic; default: none.',
    ),
  read_tokens: z
    .array(headerValue())
    .max(100, 'must have at most 100 items')
    .prefault([])
    .describe(
      'Read-only secrets: allow GET and HEAD of every route but /probe, which starts a check. Clients send them like the `bearer_token`, which must also be set.',
    ),
  public_badges: z
    .boolean()
    .prefault(false)
    .describe(
      'Serves badges (`/api/v1/models/{id}/badge.svg`) without a token and under any host name, for use on public pages.',
    ),
  insecure_public: z
    .boolean()
    .prefault(false)
    .describe('Allows to listen on an address other than loopback without a `bearer_token`.'),
  allowed_hosts: z
    .array(z.string().regex(/^[\w.-]{1,253}$/, 'must be a host name without a port'))
    .max(100, 'must have at most 100 items')
    .prefault([])
    .describe(
      'Additional host names, without a port, under which the server accepts requests without a token; pages of these hosts may change data. Without a token, a loopback listener otherwise accepts only localhost and its address, a public one only addresses and names without a dot. This prevents DNS rebinding.',
    ),
  public_url: httpAddress()
    .optional()
    .describe(
      'Public address of this server, such as https://pulse.example.com; the alerts of `modelpulse rules` and the log link to its pages.',
    ),
  grafana_url: httpAddress()
    .optional()
    .describe(
      'Address of the dashboard `deploy/grafana` in your Grafana, such as https://grafana.example.com/d/modelpulse; the pages link to it.',
    ),
  runbook_url: httpAddress()
    .optional()
    .describe(
      'Address of a copy of docs/alerts.md; each alert of `modelpulse rules` links to its section there.',
    ),
  alert_labels: z
    .array(alertLabel)
    .max(20, 'must have at most 20 items')
    .prefault([])
    .describe(
      'Names of model `labels` that `modelpulse rules` adds to the alerts of a model, for routing, such as `[team]`.',
    ),
  shutdown_grace: duration(0, hour)
    .prefault('5s')
    .describe(
      'Time for running checks to end when the daemon stops; after that they are aborted and counted as missed.',
    ),
});

const checker = z.strictObject({
  mode: z
    .enum(['builtin', 'remote'])
    .prefault('builtin')
    .describe(
      'Sender of the checks: `builtin` is this process, `remote` the health API of the section `remote`.',
    ),
  concurrency: wholeNumber(1, 10_000)
    .prefault(64)
    .describe('Most checks that run at once. A change needs a restart.'),
  per_host: wholeNumber(1, 10_000)
    .prefault(16)
    .describe(
      'Most checks that run at once against one host and port, so that a hung host does not block others. A change needs a restart.',
    ),
  reuse_connections: z
    .boolean()
    .prefault(false)
    .describe(
      'Keeps connections open between checks. If false, each check also tests DNS, TLS and the certificate.',
    ),
});

const remote = z.strictObject({
  url: httpAddress().describe('Address of the health API, without its path.'),
  api_key: headerValue().min(1, 'must not be empty').describe('API key of the health API (secret).'),
  timeout: duration(100, hour)
    .prefault('60s')
    .describe('Deadline of a check in remote mode; the `timeout` of a model has no effect.'),
});

const healthApi = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Serves the routes below /redteam; default: true if there are `api_keys`.'),
  api_keys: z
    .array(headerValue())
    .prefault([])
    .describe('API keys of callers (secret); the `bearer_token` is not accepted here.'),
  allow_hosts: z
    .array(someText())
    .prefault([])
    .describe('Hosts with private addresses that callers may check: `host` or `host:port`.'),
  allow_private: z
    .boolean()
    .prefault(false)
    .describe(
      'Lets callers check any address, including private, loopback, link-local and metadata addresses.',
    ),
  rate_per_min: wholeNumber(1, 1_000_000)
    .prefault(600)
    .describe('Most requests per key and minute; more get a 429.'),
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
      'Addresses, as `tcp://host:port`, that are unreachable only if your own network fails. They are tried as the checks go: through each proxy that models use, or directly, also where NO_PROXY exempts a target. If none can be reached, the monitor has no connectivity, and models that cannot be reached on that way are unknown. Where models go several ways, the targets count on a way once they were reached on it; until then at least three hosts of its models count instead, or else all ways together. A proxy is asked for a tunnel (CONNECT), at port 80 to forward a request; it must allow that.',
    ),
  every: duration(second, hour).prefault('30s').describe('Interval between tries of the targets.'),
});

/** Longer than any valid time. */
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
      'Ids of the models, as patterns such as `gpt-*`: `*` matches any number of characters, every other character only itself.',
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

/** The main file without its models, which are read one by one. */
export const settingsSchema = z.strictObject({
  server: server.prefault({}).describe('Port for metrics, the API and the health API.'),
  storage: storageSchema.prefault({}).describe('Storage of the history.'),
  checker: checker.prefault({}).describe('Concurrency and sender of the checks.'),
  remote: remote.optional().describe('Health API that sends the checks with `mode: remote`.'),
  health_api: healthApi
    .prefault({})
    .describe('Health API that this server offers: callers, and hosts they may check.'),
  connectivity: connectivity
    .optional()
    .describe(
      'Distinguishes a failure of your own network from one of a provider. Without it, the hosts of the models are used if there are at least three; those behind a proxy are tried through it.',
    ),
  metrics: metricsSchema.prefault({}).describe('Series of /metrics that are chosen.'),
  maintenance: z
    .array(maintenance)
    .max(1_000, 'must have at most 1000 items')
    .prefault([])
    .describe('Maintenance windows: checks continue and are listed, but change neither state nor uptime.'),
  status_pages: z
    .array(statusPageSchema)
    .max(50, 'must have at most 50 items')
    .prefault([])
    .describe('Public pages: the state of some models, for readers who are not operators.'),
  up: upSchema
    .prefault({})
    .describe('Answers for routers and load balancers: /up, and the agent of HAProxy.'),
  mcp: mcpSchema
    .prefault({})
    .describe('Tools for language models, over the Model Context Protocol: /mcp and `modelpulse mcp`.'),
  otlp: otlpSchema
    .optional()
    .describe(
      'Pushes the metrics of /metrics by the OpenTelemetry protocol (OTLP over HTTP). Without it nothing is pushed.',
    ),
  generation: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'Number of this configuration, greater for newer ones: where instances share a database and have different models, the greatest decides which are removed and renamed; default: none, which is lower than any.',
    ),
  notifications: notificationsSchema
    .optional()
    .describe(
      'Messages to people: who is told of what, and how often. Without it nothing is told; alerts of `modelpulse rules` need none of it.',
    ),
  vendor_status: vendorSchema
    .optional()
    .describe(
      'Status pages that vendors publish: `true` reads those of the vendors of the models, and shows what they say beside incidents. It never changes a state; default: false.',
    ),
  defaults: defaultsSchema.prefault({}).describe('Defaults of all models; a model can override them.'),
  include: include
    .optional()
    .describe(
      'Files with more models, as globs relative to this file. An included file may only have the key "models"; a pattern that matches no file is an error.',
    ),
  $schema: z.string().optional().describe('Address of the JSON Schema, for editors; ignored by modelpulse.'),
  models: z.array(z.unknown()).optional(),
});

/** An included file. */
export const includedSchema = z.strictObject({ models: z.array(z.unknown()) });

/** The whole file, for the editor's schema. */
export const configSchema = settingsSchema.extend({
  models: z
    .array(modelSchema)
    .optional()
    .describe('The registry: the models to check. Required without an `include`; may be empty.'),
});

export type SettingsEntry = z.output<typeof settingsSchema>;
