import * as z from 'zod';
import { parseDuration } from '../../domain/duration.js';
import { longestAddress } from '../../domain/address.js';
import { toldStates } from '../../domain/notify/notice.js';
import type { Limit } from '../../domain/notify/policy.js';
import { blames, reasons } from '../../domain/reason.js';
import { tlsSchema } from './asking-schema.js';
import {
  cronExpression,
  day,
  duration,
  headerValue,
  hour,
  labelName,
  minute,
  second,
  someText,
  timezone,
} from './fields.js';

/** An address of a receiver, which is a secret as a whole: no message repeats it. */
const receiverAddress = () =>
  z
    .string()
    .max(longestAddress, `must have at most ${longestAddress} characters`)
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
      error: 'must be an address that begins with http:// or https://',
    });

const secretText = () => headerValue().min(1, 'must not be empty');

const signingSecret = z
  .string()
  .regex(
    /^(?:whsec_)?[A-Za-z0-9+/]{22,172}={0,2}$/,
    'must be 16 to 128 random bytes in base64, such as whsec_...',
  )
  // The library of Standard Webhooks takes no secret without its padding.
  .refine(
    (text) => text.replace(/^whsec_/, '').length % 4 === 0,
    'must be 16 to 128 random bytes in base64 with the "=" at its end, such as whsec_...',
  );

const webhook = z.strictObject({
  url: receiverAddress().describe('Where messages are posted (secret).'),
  secret: z
    .union([signingSecret, z.array(signingSecret).min(1).max(2)])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe(
      'Secret that signs messages by Standard Webhooks, as `whsec_...`; two while one is replaced by another. Default: messages are not signed.',
    ),
  format: z
    .enum(['standard', 'alertmanager'])
    .prefault('standard')
    .describe(
      'Form of the body: `standard`, that of modelpulse; `alertmanager`, version 4 of what Alertmanager sends.',
    ),
});

const byAddress = (what: string) =>
  z.strictObject({ url: receiverAddress().describe(`Address of ${what} (secret).`) });

const telegram = z.strictObject({
  token: z
    .string()
    .regex(/^\d{1,20}:[\w-]{20,100}$/, 'must be the token of a bot, such as 123456:ABC...')
    .describe('Token of the bot (secret).'),
  chat_id: z
    .union(
      [z.int(), z.string().regex(/^(?:-?\d{1,20}|@\w{1,64})$/)],
      'must be a number, or @name of a channel',
    )
    .describe('The chat, group or channel.'),
  api_url: receiverAddress()
    .prefault('https://api.telegram.org')
    .describe('Address of the Bot API, where it is not that of Telegram.'),
});

const ntfy = z.strictObject({
  url: receiverAddress()
    .refine((text) => !URL.canParse(text) || new URL(text).pathname.split('/').some((part) => part !== ''), {
      error: 'must end in a topic, such as https://ntfy.sh/my-topic',
    })
    .describe('Address of the topic, such as https://ntfy.sh/my-topic (secret).'),
  token: secretText().optional().describe('Access token (secret); default: none.'),
});

const pagerduty = z.strictObject({
  routing_key: secretText().describe('Integration key of Events API v2 (secret).'),
  api_url: receiverAddress()
    .prefault('https://events.pagerduty.com')
    .describe('Address of the Events API; https://events.eu.pagerduty.com in the EU.'),
});

const apprise = z.strictObject({
  url: receiverAddress().describe(
    'Address of an apprise-api, such as http://apprise:8000/notify/KEY (secret).',
  ),
  tag: someText().optional().describe('Tag of those who are notified; default: all.'),
});

const mailAddress = () =>
  z.string().regex(/^[^\s@<>",;]{1,64}@[^\s@<>",;]{1,255}$/, 'must be an address such as ops@example.com');

const email = z.strictObject({
  smtp: z
    .string()
    .refine((text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol), {
      error: 'must be an address such as smtps://user:password@mail.example.com',
    })
    .describe(
      'Mail server (secret): `smtps://` for TLS from the start, `smtp://` for STARTTLS, which is required unless the host is loopback.',
    ),
  from: mailAddress().describe('Sender.'),
  to: z.array(mailAddress()).min(1).max(50).describe('Receivers.'),
});

const channel = z.strictObject({
  webhook: webhook.optional().describe('Your own endpoint, or whatever takes what Alertmanager sends.'),
  slack: byAddress('an incoming webhook').optional().describe('A channel of Slack.'),
  discord: byAddress('a webhook').optional().describe('A channel of Discord.'),
  teams: byAddress('a workflow that posts to a channel').optional().describe('A channel of Microsoft Teams.'),
  telegram: telegram.optional().describe('A chat of Telegram.'),
  ntfy: ntfy.optional().describe('A topic of ntfy.'),
  pagerduty: pagerduty.optional().describe('A service of PagerDuty.'),
  apprise: apprise.optional().describe('An apprise-api, which knows a hundred other services.'),
  email: email.optional().describe('Mail.'),
  timezone: timezone().prefault('UTC').describe('Time zone of the times in messages, such as Europe/Berlin.'),
  tls: tlsSchema
    .optional()
    .describe('TLS settings of this channel, also of mail; `defaults` has no part in them.'),
  proxy: receiverAddress()
    .optional()
    .describe(
      'Proxy for this channel (secret), not for mail; default: the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.',
    ),
});

const match = z.strictObject({
  blame: z.array(z.enum(blames)).min(1).optional().describe('Who has to act.'),
  state: z.array(z.enum(toldStates)).min(1).optional().describe('States.'),
  reason: z.array(z.enum(reasons)).min(1).optional().describe('Reasons.'),
  provider: z.array(someText()).min(1).optional().describe('Providers.'),
  models: z.array(someText()).min(1).optional().describe('Ids of models, as patterns such as `gpt-*`.'),
  labels: z.record(labelName(), z.string()).optional().describe('Labels that a model must have.'),
});

const route = z.strictObject({
  match: match.prefault({}).describe('All members that are written must fit; `{}` fits everything.'),
  to: z.array(someText()).min(1).describe('Names of channels.'),
  continue: z.boolean().prefault(false).describe('Goes on with the next route after a match.'),
  repeat_every: duration(minute, 30 * day)
    .optional()
    .describe('Time between reminders of what is still open; default: none.'),
});

const limitPattern = /^(\d{1,6}) per (\d{1,9}(?:s|m|h|d))$/;

/** A limit such as `20 per 10m`. */
const limit = (fallback: string) =>
  z
    .string()
    .regex(limitPattern, 'must be a limit such as 20 per 10m')
    .transform((text, context): Limit => {
      const [, count = '', window = ''] = limitPattern.exec(text) ?? [];
      const windowMs = parseDuration(window) ?? 0;
      if (Number(count) < 1 || windowMs < second || windowMs > day)
        context.addIssue('must allow at least 1 message per 1s to 1d');
      return { count: Number(count), windowMs };
    })
    .prefault(fallback);

const groupMember = z
  .string()
  .regex(
    /^(?:provider|blame|reason|state|model|label\.(?!__)[A-Za-z_]\w{0,199})$/,
    'must be provider, blame, reason, state, model, or the name of a label as label.NAME',
  );

const afterOrNever = (fallback: string, most = day) =>
  z
    .union([z.literal(false), duration(0, most)], 'must be a duration such as 15m, or false')
    .prefault(fallback);

const quiet = z.strictObject({
  cron: cronExpression().describe('Start: 5 fields, or 6 with seconds first.'),
  timezone: timezone().prefault('UTC').describe('Time zone of `cron`.'),
  duration: duration(minute, 7 * day).describe('Length.'),
  except: z
    .array(z.enum(toldStates))
    .prefault(['unhealthy'])
    .describe('States that are told nevertheless; `[]` for none.'),
});

/** Messages to people. */
export const notificationsSchema = z.strictObject({
  channels: z
    .record(
      z.string().regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'must be a name of letters, digits, "-" and "_"'),
      channel,
    )
    .refine((channels) => Object.keys(channels).length > 0, 'must have at least one channel')
    .refine((channels) => Object.keys(channels).length <= 100, 'must have at most 100 channels')
    .describe('Receivers by name, each of one kind.'),
  routes: z
    .array(route)
    .min(1)
    .max(200, 'must have at most 200 items')
    .optional()
    .describe(
      'Who is told of what: the first route that fits, and after `continue: true` the next one. States that are unknown, and the blame `monitor`, fit only routes that name them. Default: everything else to all channels.',
    ),
  group: z
    .strictObject({
      by: z
        .array(groupMember)
        .prefault(['provider', 'blame', 'reason'])
        .describe('What the models of one message have in common.'),
      wait: duration(0, hour)
        .prefault('20s')
        .describe('Time from a first change to its message, for others to join.'),
      update_every: duration(second, day)
        .prefault('5m')
        .describe('Least time between two messages of a group; its end is told after `wait`.'),
    })
    .prefault({})
    .describe('What is told in one message.'),
  limits: z
    .strictObject({
      per_channel: limit('20 per 10m').describe(
        'Most messages of a channel; what is above waits, and is counted.',
      ),
      per_model: limit('6 per 1h').describe(
        'Most messages of a channel about one model. Then it is told as flapping, and again when its state has lasted for this time.',
      ),
    })
    .prefault({})
    .describe('Limits, which a recovery does not reset.'),
  quiet: z
    .array(quiet)
    .max(50, 'must have at most 50 items')
    .prefault([])
    .describe('Times in which messages wait for the end.'),
  tell: z
    .strictObject({
      incidents: z.boolean().prefault(true).describe('Tells that a model is unhealthy.'),
      changes: z
        .boolean()
        .prefault(true)
        .describe('Tells another reason of what lasts; `false`: the next message has it.'),
      ends: z
        .boolean()
        .prefault(true)
        .describe('Tells the end of what was told; `false`: incidents at PagerDuty stay open.'),
      degraded: afterOrNever('15m').describe(
        'Time for which a model is degraded before it is told; `false`: never.',
      ),
      unknown: afterOrNever('15m').describe('The same for unknown, whose cause is often the monitor.'),
      maintenance: z.boolean().prefault(false).describe('Tells the beginning and end of maintenance.'),
      version: z.boolean().prefault(true).describe('Tells that another version of a model answers.'),
      acknowledged: z
        .boolean()
        .prefault(true)
        .describe('Tells who acknowledges an incident, to the channels that were told of it.'),
      certificate: afterOrNever('14d', 365 * day).describe(
        'Time before the end of a certificate at which it is told; `false`: never.',
      ),
      key: z
        .boolean()
        .prefault(true)
        .describe('Tells that one of several API keys is refused while others are accepted.'),
      budget: z
        .boolean()
        .prefault(true)
        .describe('Tells that 80 % of `budget.tokens_per_day` are used, and that all are; each once a day.'),
      objective: z
        .boolean()
        .prefault(true)
        .describe(
          'Tells that 80 % of the error budget of 30 days (`slo`) are used, and that all is; each once in 30 days.',
        ),
    })
    .prefault({})
    .describe('What is told.'),
  heartbeat: z
    .strictObject({
      url: receiverAddress().describe('Address that is read with GET (secret).'),
      every: duration(10 * second, day)
        .prefault('1m')
        .describe('Interval.'),
    })
    .optional()
    .describe(
      "A dead-man's switch for the monitor itself, such as healthchecks.io: read while checks run and results are stored.",
    ),
});

export type NotificationsEntry = z.output<typeof notificationsSchema>;
export type ChannelEntry = NotificationsEntry['channels'][string];
