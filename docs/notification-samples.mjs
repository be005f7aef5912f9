// What messages look like, for docs/notifications.md: made of invented changes by the policy and the texts of the program itself.
import { policyOf } from '../dist/app/notify/policy.js';
import { notificationsOf } from '../dist/config/notifications.js';
import { notificationsSchema } from '../dist/config/schema/notifications-schema.js';
import { testMessage } from '../dist/domain/notify/sample.js';
import { simulate } from '../dist/domain/notify/simulate.js';
import { blameFor } from '../dist/domain/reason.js';
import { requestOf } from '../dist/notify/dialects.js';
import { bodyLines, markOf, told } from '../dist/notify/text.js';
import { incidentOfModelAddress, modelAddress } from '../dist/page/page-address.js';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 30, 14, 3);
const publicUrl = 'https://pulse.example.com';
const context = {
  timezone: 'UTC',
  now: start,
  publicUrl,
  linkTo: (model, incident) =>
    publicUrl + (incident === null ? modelAddress(model) : incidentOfModelAddress(model, incident)),
};

const details = {
  timeout: 'no first byte after 30 s',
  server_error: 'HTTP 503: upstream connect error',
  auth_failed: 'HTTP 401: Incorrect API key provided',
  slow: 'answered after 21 s',
};

/** A change at `start` and so many ms. */
function notice(kind, after, { model = 'gpt-4o', what = 'unhealthy', reason = 'timeout', ...rest } = {}) {
  const at = start + after;
  return {
    ...{ kind, what, model, provider: 'openai', labels: {}, at, since: at, reason },
    ...{ blame: reason && blameFor(reason), detail: details[reason] ?? null },
    ...{ failures: what === 'unhealthy' ? 2 : null },
    ...rest,
  };
}
const began = (after, rest) => notice('began', after, rest);
const ended = (after, since, rest) =>
  notice('ended', after, { since: start + since, detail: null, failures: 5, confirmedBy: 2, ...rest });

/** Messages of the default policy, with these changes of the section. */
function messages(notices, { more = {}, until = 90 * minute } = {}) {
  const channels = { team: { slack: { url: 'https://example.com/' } } };
  const policy = policyOf(notificationsOf(notificationsSchema.parse({ channels, ...more })));
  const sorted = [...notices].sort((one, other) => one.at - other.at);
  return simulate(sorted, { channel: 'team', policy, until: start + until }).messages;
}

const mostLines = 4;

/** A message as text; of a long list the first lines. */
function textOf(message) {
  const text = told(message, context);
  const { lines } = text;
  const shown = lines.length > mostLines + 1 ? [...lines.slice(0, mostLines), '⋮'] : lines;
  const link = text.link === null ? [] : [text.link];
  return [`${markOf(message)} ${text.title}`, ...bodyLines({ ...text, lines: shown }), ...link].join('\n');
}

const many = Array.from({ length: 50 }, (_, index) => ({
  model: `gpt-${String(index + 1).padStart(2, '0')}`,
  reason: 'server_error',
}));
const three = ['gpt-4o', 'gpt-4o-mini', 'o4-mini'].map((model) => ({ model }));
const beats = Array.from({ length: 10 }, (_, index) => index * 3 * minute);

const samples = [
  [
    'A model fails, and is back',
    'The first message has the address of the incident, where `server.public_url` is set.',
    messages([began(0), ended(12 * minute, 0)]),
  ],
  [
    '50 models of one provider fail within a few seconds',
    'At most 20 models are listed in a text; here the first of them.',
    messages(many.map((model, index) => began(index * 200, model))).slice(0, 1),
  ],
  [
    'More models join, and all are back',
    'The update comes 5 minutes after the first message at the earliest.',
    messages([
      ...three.map((model, index) => began(index * 2 * minute, model)),
      ...three.map((model, index) => ended((20 + index) * minute, index * 2 * minute, model)),
    ]).filter(({ kind }, index, all) => kind === 'update' || index === all.length - 1),
  ],
  ['It was over before it could be told', null, messages([began(0), ended(15_000, 0)])],
  [
    'A model flaps',
    'Down for one minute of each three. Nothing is told then until its state has lasted for an hour.',
    messages(
      beats.flatMap((at) => [began(at), ended(at + minute, at)]),
      { until: 3 * hour },
    )
      .filter(({ members }) => members.some(({ flapping }) => flapping !== null))
      .slice(0, 2),
  ],
  [
    'It lasts, with `repeat_every`',
    null,
    messages([began(0, { reason: 'auth_failed' })], {
      more: { routes: [{ match: {}, to: ['team'], repeat_every: '4h' }] },
      until: 5 * hour,
    }).slice(1, 2),
  ],
  [
    'A model is degraded for 15 minutes',
    null,
    messages([began(0, { what: 'degraded', reason: 'slow' })]).slice(0, 1),
  ],
  [
    'Another version answers',
    null,
    messages([
      notice('happened', 0, {
        what: 'version',
        reason: null,
        detail: 'model name of replies was gpt-4o-2024-08-06, is gpt-4o-2024-11-20',
      }),
    ]),
  ],
  ['`modelpulse notify test team`', null, [testMessage('team', start, 'test-1')]],
];

const block = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;

/** Each kind of message as text. */
export function sampleMessages() {
  return samples
    .map(([what, note, sent]) => {
      if (sent.length === 0) throw new Error(`${what}: nothing is sent`);
      return [
        `**${what}.**${note === null ? '' : ` ${note}`}`,
        ...sent.map((one) => block('text', textOf(one))),
      ];
    })
    .flat()
    .join('\n\n');
}

/** The first message as a webhook has it. */
export function sampleWebhook() {
  const [first] = messages([began(0, { labels: { tier: 'gold' } })]);
  const target = { kind: 'webhook', url: publicUrl, secrets: [], format: 'standard' };
  const { body } = requestOf({ ...first, channel: 'hook' }, target, context);
  return block('json', JSON.stringify(JSON.parse(body), null, 2));
}
