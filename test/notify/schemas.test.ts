import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseDocument } from 'htmlparser2';
import ts from 'typescript';
import * as z from 'zod';
import type { ChannelTarget } from '../../src/domain/notify/channel.js';
import { testMessage } from '../../src/domain/notify/sample.js';
import { replayed } from '../../src/domain/notify/replayed.js';
import { requestOf } from '../../src/notify/dialects.js';
import { at, context, member, message, worst } from './sample-message.js';

type Target = Exclude<ChannelTarget, { readonly kind: 'email' }>;
type Kind = Target['kind'];

const url = 'https://example.com/hook';
const targets = {
  slack: { kind: 'slack', url },
  discord: { kind: 'discord', url },
  telegram: { kind: 'telegram', token: '1:a', chat: '-1', apiUrl: 'https://api.telegram.org' },
  pagerduty: { kind: 'pagerduty', routingKey: 'key', apiUrl: 'https://events.pagerduty.com' },
  ntfy: { kind: 'ntfy', url: 'https://ntfy.sh/topic', token: null },
  apprise: { kind: 'apprise', url, tag: 'ops' },
} as const satisfies Partial<Record<Kind, Target>>;

const over = [member({ ended: at }), member({ model: 'b', ended: at })];
/** Messages of all kinds. */
const all = [
  ...[message(), worst, testMessage('team', at, 'test-1'), replayed(message(), () => at, at)],
  message({ kind: 'update', members: [member(), member({ model: 'b', ended: at })] }),
  message({ kind: 'resolved', members: over }),
  message({ kind: 'passed', members: over }),
  message({ kind: 'reminder', members: [member({ isNews: false })] }),
  message({ kind: 'remark', members: [member({ what: 'version', ended: at, reason: null, blame: null })] }),
];

/** Bodies of all messages for a target, with and without addresses of pages. */
function bodiesOf(target: Target): unknown[] {
  const places = [context, { ...context, publicUrl: null, linkTo: () => null }];
  return all.flatMap((one) =>
    places.flatMap((place) => {
      const request = requestOf(one, target, place);
      return request === null ? [] : [JSON.parse(request.body) as unknown];
    }),
  );
}

const types = {
  slack: `import type { AnyBlock } from '@slack/types';
    export type Body = { text: string; blocks: AnyBlock[]; unfurl_links: boolean; unfurl_media: boolean };`,
  discord: `import type { RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
    export type Body = RESTPostAPIWebhookWithTokenJSONBody;`,
  telegram: `import type { ApiMethods } from '@grammyjs/types';
    export type Body = Parameters<ApiMethods<unknown>['sendMessage']>[0];`,
};

/** What the types of the libraries say of bodies; empty where they have no objection. */
function objections(bodies: Readonly<Record<keyof typeof types, readonly unknown[]>>): string[] {
  const files = new Map<string, string>();
  const place = (name: string): string => join(import.meta.dirname, `${name}.virtual.ts`);
  for (const [name, text] of Object.entries(types)) {
    const found = bodies[name as keyof typeof types].map(
      (body) => `{ const body: Body = ${JSON.stringify(body)}; body; }`,
    );
    files.set(place(name), `${text}\n${found.join('\n')}`);
  }
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext },
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined ? read(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => files.has(name) || exists(name);
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    const name = file === undefined ? '' : `${file.fileName.replace(/.*\//, '')}: `;
    return name + ts.flattenDiagnosticMessageText(messageText, ' ');
  });
}

describe('the types of a library', () => {
  it('of Slack, Discord and Telegram take every body, and none that is broken', () => {
    const bodies = {
      slack: bodiesOf(targets.slack),
      discord: bodiesOf(targets.discord),
      telegram: bodiesOf(targets.telegram),
    };
    expect(bodies.slack.length).toBeGreaterThanOrEqual(2 * all.length);
    const broken = {
      slack: [
        { ...(bodies.slack[0] as object), blocks: [{ type: 'section', text: { type: 'plain', text: 'a' } }] },
      ],
      discord: [{ ...(bodies.discord[0] as object), allowed_mentions: { parse: ['all'] } }],
      telegram: [{ ...(bodies.telegram[0] as object), parse_mode: 'Html' }],
    };
    const found = objections({
      slack: [...bodies.slack, ...broken.slack],
      discord: [...bodies.discord, ...broken.discord],
      telegram: [...bodies.telegram, ...broken.telegram],
    });
    expect(found.toSorted()).toEqual([
      expect.stringMatching(/^discord.*"all"/),
      expect.stringMatching(/^slack.*"plain"/),
      expect.stringMatching(/^telegram.*"Html"/),
    ]);
  }, 60_000);
});

/** Markup of a message as a parser of HTML reads it: its tags, and the text that is left. */
function readHtml(text: string): { readonly tags: readonly string[]; readonly plain: string } {
  const tags: string[] = [];
  let plain = '';
  const walk = (nodes: ReturnType<typeof parseDocument>['children'], open: readonly string[]): void => {
    for (const node of nodes) {
      if ((node.type as string) === 'text') plain += 'data' in node ? node.data : '';
      else if ('children' in node && 'name' in node) {
        tags.push([...open, node.name, ...Object.keys(node.attribs)].join(' '));
        walk(node.children, [...open, node.name]);
      } else tags.push(node.type);
    }
  };
  walk(parseDocument(text).children, []);
  return { tags, plain };
}

describe('Telegram', () => {
  it('gets HTML in which a parser finds its own tags alone, and of whose text nothing is lost', () => {
    for (const body of bodiesOf(targets.telegram)) {
      const { text } = body as { text: string };
      const { tags, plain } = readHtml(text);
      expect([['b'], ['b', 'a href']]).toContainEqual(tags);
      expect(plain.length).toBeLessThanOrEqual(4_096);
    }
    const hostile = bodiesOf(targets.telegram)[2] as { text: string };
    expect(readHtml(hostile.text).plain.replaceAll('\u2060', '')).toContain(
      '<!channel> @everyone <b>&amp; *_~`|',
    );
  });
});

const iso = z.iso.datetime({ offset: true });

/** Events API v2 as https://github.com/PagerDuty/api-schema, reference/events-v2, describes it, with the limits of its documentation. */
const pagerdutyEvent = z
  .strictObject({
    routing_key: z.string(),
    event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
    dedup_key: z.string().max(255).optional(),
    payload: z
      .strictObject({
        summary: z.string().min(1).max(1_024),
        source: z.string().min(1),
        severity: z.enum(['critical', 'warning', 'error', 'info']),
        timestamp: iso.optional(),
        component: z.string().optional(),
        group: z.string().optional(),
        class: z.string().optional(),
        custom_details: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    client: z.string().optional(),
    client_url: z.url().optional(),
    links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
    images: z.array(z.strictObject({ src: z.url() })).optional(),
  })
  .refine(({ event_action: action, payload }) => action !== 'trigger' || payload !== undefined)
  .refine(({ event_action: action, dedup_key: key }) => action === 'trigger' || key !== undefined);

/** What ntfy takes as JSON: https://docs.ntfy.sh/publish/#publish-as-json and `publishMessage` in its server. */
const ntfyMessage = z.strictObject({
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/),
  title: z.string().optional(),
  message: z.string().refine((text) => Buffer.byteLength(text) <= 4_096),
  priority: z.int().min(1).max(5).optional(),
  tags: z.array(z.string()).optional(),
  click: z.url().optional(),
});

/** What apprise-api takes as JSON: https://github.com/caronc/apprise-api#api-details */
const appriseMessage = z.strictObject({
  title: z.string().optional(),
  body: z.string().min(1),
  type: z.enum(['info', 'success', 'warning', 'failure']).optional(),
  format: z.enum(['text', 'markdown', 'html']).optional(),
  tag: z.string().optional(),
});

it.each([
  ['PagerDuty', targets.pagerduty, pagerdutyEvent, { payload: { severity: 'bad' } }],
  ['ntfy', targets.ntfy, ntfyMessage, { priority: 6 }],
  ['apprise', targets.apprise, appriseMessage, { type: 'error' }],
])('%s takes every body by what it publishes, and none that is broken', (_name, target, schema, spoiled) => {
  const bodies = bodiesOf(target);
  expect(bodies.length).toBeGreaterThanOrEqual(all.length);
  for (const body of bodies) {
    expect(schema.safeParse(body).error?.issues ?? []).toEqual([]);
    expect(schema.safeParse({ ...(body as object), ...spoiled }).success).toBe(false);
    expect(schema.safeParse({ ...(body as object), unheard_of: 1 }).success).toBe(false);
  }
});
