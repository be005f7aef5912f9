import { isList, isObject, memberOf, type Members } from '../../domain/json.js';
import type { Reading, Run } from '../../page/receiver-view.js';
import { discordLines, plainLines, slackLines, telegramLines } from './markup.js';

/** The newest message of a thread, as it reads. */
type Former = (thread: string) => Reading | null;

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** What a receiver of one kind takes, how it shows it, and what it answers. */
export interface Kind {
  readonly title: string;
  /** The member of a configuration that leads here. */
  readonly example: (url: string) => string;
  /** Null for what is no message. */
  readonly read: (body: Members, former: Former) => Reading | null;
  /** The answer to a message that is taken; without a body and with 204 unless set. */
  readonly reply?: (body: Members) => Reply;
}

const json = (status: number, body: object): Reply => ({ status, body: JSON.stringify(body) });
const textAt = (value: unknown, ...names: readonly (string | number)[]): string | null => {
  const found = names.reduce(memberOf, value);
  return typeof found === 'string' ? found : null;
};
const listAt = (value: unknown, name: string): readonly unknown[] => {
  const found = memberOf(value, name);
  return isList(found) ? found : [];
};
const bold = (text: string): readonly Run[] => [{ text, bold: true }];
const link = (href: string | null, text = 'Open in modelpulse'): (readonly Run[])[] =>
  href === null || href === '' ? [] : [[{ text, href }]];
const reading = (
  lines: Reading['lines'],
  thread: string | null = null,
  facts: Reading['facts'] = [],
): Reading => ({ lines, thread, facts });

function slack(body: Members): Reading | null {
  const text = textAt(body, 'text');
  const lines = listAt(body, 'blocks').flatMap((block) => {
    const content = textAt(block, 'text', 'text') ?? '';
    return textAt(block, 'text', 'type') === 'mrkdwn' ? slackLines(content) : plainLines(content);
  });
  if (lines.length > 0) return reading(lines);
  return text === null ? null : reading(slackLines(text));
}

function teams(body: Members): Reading | null {
  const card = memberOf(memberOf(listAt(body, 'attachments'), 0), 'content');
  if (textAt(card, 'type') !== 'AdaptiveCard') return null;
  const lines = listAt(card, 'body').map((block) =>
    listAt(block, 'inlines').map((run): Run => {
      const text = textAt(run, 'text') ?? '';
      return textAt(run, 'weight') === 'Bolder' ? { text, bold: true } : { text };
    }),
  );
  const actions = listAt(card, 'actions').flatMap((action) =>
    link(textAt(action, 'url'), textAt(action, 'title') ?? 'Open'),
  );
  return reading([...lines, ...actions]);
}

function discord(body: Members): Reading | null {
  const content = textAt(body, 'content');
  return content === null ? null : reading(discordLines(content));
}

function telegram(body: Members): Reading | null {
  const text = textAt(body, 'text');
  if (text === null) return null;
  const chat = textAt(body, 'chat_id');
  return reading(
    textAt(body, 'parse_mode') === 'HTML' ? telegramLines(text) : plainLines(text),
    null,
    chat === null ? [] : [`chat ${chat}`],
  );
}

const signs: Readonly<Record<string, string>> = {
  red_circle: '🔴',
  orange_circle: '🟠',
  white_check_mark: '✅',
  information_source: 'ℹ️',
};

function ntfy(body: Members): Reading | null {
  const message = textAt(body, 'message');
  const topic = textAt(body, 'topic');
  if (message === null || topic === null) return null;
  const tags = listAt(body, 'tags').flatMap((tag) => (typeof tag === 'string' ? [signs[tag] ?? tag] : []));
  const priority = typeof body.priority === 'number' ? [`priority ${body.priority}`] : [];
  const title = [...tags, textAt(body, 'title') ?? topic].join(' ');
  return reading([bold(title), ...plainLines(message), ...link(textAt(body, 'click'))], null, [
    `topic ${topic}`,
    ...priority,
  ]);
}

function pagerduty(body: Members, former: Former): Reading | null {
  const [action, thread] = [textAt(body, 'event_action'), textAt(body, 'dedup_key')];
  if (action === 'resolve' && thread !== null) {
    const opened =
      former(thread)
        ?.lines[0]?.map(({ text }) => text)
        .join('') ?? null;
    const text = opened === null ? 'Nothing to resolve: no incident has this key' : `Resolved: ${opened}`;
    return reading([bold(text)], thread, ['resolve']);
  }
  const summary = textAt(body, 'payload', 'summary');
  if (action !== 'trigger' || summary === null) return null;
  const details = textAt(body, 'payload', 'custom_details', 'text') ?? '';
  const links = listAt(body, 'links').flatMap((one) =>
    link(textAt(one, 'href'), textAt(one, 'text') ?? undefined),
  );
  const severity = textAt(body, 'payload', 'severity');
  const facts = ['trigger', ...(severity === null ? [] : [severity])];
  return reading([bold(summary), ...(details === '' ? [] : plainLines(details)), ...links], thread, facts);
}

function apprise(body: Members): Reading | null {
  const text = textAt(body, 'body');
  if (text === null) return null;
  const [title, type] = [textAt(body, 'title'), textAt(body, 'type')];
  return reading(
    [...(title === null ? [] : [bold(title)]), ...plainLines(text)],
    null,
    type === null ? [] : [type],
  );
}

function webhook(body: Members): Reading | null {
  const { data } = body;
  const title = textAt(data, 'title');
  if (title === null) return null;
  const lines = listAt(data, 'text').flatMap((line) => (typeof line === 'string' ? plainLines(line) : []));
  const type = textAt(body, 'type');
  return reading(
    [bold(title), ...lines, ...link(textAt(data, 'link'))],
    textAt(data, 'thread'),
    type === null ? [] : [type],
  );
}

function alertmanager(body: Members): Reading | null {
  const alerts = listAt(body, 'alerts');
  const status = textAt(body, 'status');
  if (textAt(body, 'version') !== '4' || status === null) return null;
  const firing = alerts.filter((alert) => textAt(alert, 'status') === 'firing').length;
  const group = isObject(body.groupLabels)
    ? Object.values(body.groupLabels)
        .filter((value) => typeof value === 'string')
        .join(' ')
    : '';
  const title = `[${status.toUpperCase()}${firing > 0 ? `:${firing}` : ''}] ${group}`.trimEnd();
  const lines = alerts.flatMap((alert): (readonly Run[])[] => [
    [
      { text: `${textAt(alert, 'labels', 'alertname') ?? ''}: `, bold: true },
      { text: textAt(alert, 'annotations', 'summary') ?? '' },
    ],
    ...link(textAt(alert, 'generatorURL'), 'Source'),
  ]);
  const advice = textAt(body, 'commonAnnotations', 'advice');
  return reading(
    [bold(title), ...lines, ...(advice === null ? [] : [[{ text: advice }]])],
    textAt(body, 'groupKey'),
  );
}

/** Every kind of receiver by the first part of its path, in the order of the page. */
export const kinds: Readonly<Record<string, Kind>> = {
  slack: {
    title: 'Slack',
    example: (url) => `slack: { url: ${url}/slack }`,
    read: slack,
    reply: () => ({ status: 200, body: 'ok' }),
  },
  teams: {
    title: 'Teams',
    example: (url) => `teams: { url: ${url}/teams }`,
    read: teams,
    reply: () => ({ status: 202, body: '' }),
  },
  discord: { title: 'Discord', example: (url) => `discord: { url: ${url}/discord }`, read: discord },
  telegram: {
    title: 'Telegram',
    example: (url) => `telegram: { token: '1:aaaaaaaaaaaaaaaaaaaa', chat_id: 1, api_url: ${url}/telegram }`,
    read: telegram,
    reply: () => json(200, { ok: true, result: { message_id: 1 } }),
  },
  ntfy: {
    title: 'ntfy',
    example: (url) => `ntfy: { url: ${url}/ntfy/models }`,
    read: ntfy,
    reply: ({ topic, title, message }) => json(200, { event: 'message', topic, title, message }),
  },
  pagerduty: {
    title: 'PagerDuty',
    example: (url) => `pagerduty: { routing_key: demo, api_url: ${url}/pagerduty }`,
    read: pagerduty,
    reply: ({ dedup_key: key }) =>
      json(202, { status: 'success', message: 'Event processed', dedup_key: key }),
  },
  apprise: {
    title: 'apprise',
    example: (url) => `apprise: { url: ${url}/apprise/notify/demo }`,
    read: apprise,
    reply: () => json(200, {}),
  },
  webhook: {
    title: 'Standard webhook',
    example: (url) => `webhook: { url: ${url}/webhook }`,
    read: webhook,
  },
  alertmanager: {
    title: 'Alertmanager webhook',
    example: (url) => `webhook: { url: ${url}/alertmanager, format: alertmanager }`,
    read: alertmanager,
    reply: () => ({ status: 200, body: '' }),
  },
};
