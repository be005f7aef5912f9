import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChannelTarget } from '../../src/domain/notify/channel.js';
import type { Members } from '../../src/domain/json.js';
import type { Message } from '../../src/domain/notify/message.js';
import { requestOf } from '../../src/notify/dialects.js';
import { bodyLines, told } from '../../src/notify/text.js';
import { kinds } from '../../src/simulator/receiver/channels.js';
import { context, hostile, member, message } from '../notify/sample-message.js';

type Requested = Exclude<ChannelTarget, { readonly kind: 'email' }>;

const url = 'http://127.0.0.1:9466';
const targets: Readonly<Record<string, Requested>> = {
  slack: { kind: 'slack', url },
  teams: { kind: 'teams', url },
  discord: { kind: 'discord', url },
  telegram: { kind: 'telegram', token: '1:a', chat: '1', apiUrl: url },
  ntfy: { kind: 'ntfy', url: `${url}/ntfy/models`, token: null },
  pagerduty: { kind: 'pagerduty', routingKey: 'demo', apiUrl: url },
  apprise: { kind: 'apprise', url, tag: null },
  webhook: { kind: 'webhook', url, secrets: [], format: 'standard' },
};

/** The text that a receiver shows. */
function shown(kind: string, sent: Message): string[] {
  const request = requestOf(sent, targets[kind]!, context);
  const read = kinds[kind]!.read(JSON.parse(request!.body) as Members, () => null);
  return read!.lines.map((line) => line.map(({ text }) => text).join(''));
}

const words = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), fc.constant(hostile));
const messages = fc
  .record({ model: words, detail: words, provider: words })
  .map((changes) => message({ members: [member(changes)] }));

/** Without the signs of no width behind which nothing is a mention or a link. */
const visible = (text: string): string => text.replaceAll('\u2060', '');

describe('a message at the receiver', () => {
  it.each(Object.keys(targets))('reads at %s as it was meant, whatever names and details are', (kind) => {
    fc.assert(
      fc.property(messages, (sent) => {
        const text = told(sent, context);
        const whole = visible(shown(kind, sent).join('\n'));
        for (const line of [text.title, ...bodyLines(text)]) expect(whole).toContain(visible(line));
      }),
      { numRuns: 50 },
    );
  });

  it.each(['slack', 'teams', 'discord', 'telegram', 'ntfy', 'pagerduty', 'webhook'])(
    'leads from %s to the page of the incident',
    (kind) => {
      const request = requestOf(message(), targets[kind]!, context);
      const read = kinds[kind]!.read(JSON.parse(request!.body) as Members, () => null);
      expect(read!.lines.flat().flatMap(({ href }) => (href === undefined ? [] : [href]))).toEqual([
        context.linkTo('gpt-4o', null),
      ]);
    },
  );

  it('reads at Alertmanager as its webhook', () => {
    const target = { kind: 'webhook', url, secrets: [], format: 'alertmanager' } as const;
    const request = requestOf(message(), target, context);
    const read = kinds.alertmanager!.read(JSON.parse(request!.body) as Members, () => null);
    const lines = read!.lines.map((line) => line.map(({ text }) => text).join(''));
    expect(lines[0]).toBe('[FIRING:1] openai provider timeout');
    expect(lines[1]).toMatch(/^ModelUnhealthy: gpt-4o is unhealthy since /);
  });
});
