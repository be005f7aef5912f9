import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { ChannelTarget } from '../../src/domain/notify/channel.js';
import type { Message, MessageMember } from '../../src/domain/notify/message.js';
import { requestOf } from '../../src/notify/dialects.js';
import { at, context, member, message, worst } from './sample-message.js';

type Target = Exclude<ChannelTarget, { readonly kind: 'email' }>;

interface Block {
  readonly text: { readonly type: string; readonly text: string };
}
/** Members of the bodies that are looked at. */
interface Body {
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly content: string;
  readonly allowed_mentions: object;
  readonly parse_mode: string;
  readonly chat_id: string;
  readonly attachments: readonly {
    readonly contentType: string;
    readonly content: { readonly body: object[] };
  }[];
  readonly payload: { readonly summary: string };
  readonly message: string;
  readonly type: string;
  readonly title: string;
  readonly alerts: readonly object[];
}

interface CardLibrary {
  readonly SerializationContext: new () => { readonly eventCount: number };
  readonly AdaptiveCard: new () => {
    parse(card: object, context: object): void;
    validateProperties(): { readonly validationEvents: readonly object[] };
    getItemCount(): number;
  };
}

const url = 'https://example.com/hook';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const resolved = message({ kind: 'resolved', members: [member({ ended: at })] });

function bodyOf(target: Target, one: Message): Body {
  return JSON.parse(requestOf(one, target, context)?.body ?? 'null') as Body;
}

describe('Slack', () => {
  const slack = { kind: 'slack', url } as const;

  it('is told in plain text, which has no mentions', () => {
    const { text, blocks } = bodyOf(slack, message());
    expect(text).toBe('gpt-4o is unhealthy since 2026-11-30 15:02 Europe/Berlin: timeout (provider)');
    expect(blocks.map((block) => block.text.text)).toEqual([
      `🔴 ${text}`,
      'The provider has to act: wait, or use another provider or model.\nNewest detail: no first byte after 30 s',
      '<https://pulse.example.com/models/gpt-4o|Open in modelpulse>',
    ]);
  });

  it('has another sign for what is no outage', () => {
    const slow = member({ what: 'degraded' });
    const signOf = (...members: MessageMember[]) =>
      bodyOf(slack, message({ members })).blocks[0]?.text.text.slice(0, 2);
    expect(signOf(slow)).toBe('🟠');
    expect(signOf(slow, member())).toBe('🔴');
    expect(signOf(slow, member({ ended: at }))).toBe('🟠');
  });

  it('gets no more than it takes, and no mention in mrkdwn', () => {
    const { text, blocks } = bodyOf(slack, worst);
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks) expect(block.text.text.length).toBeLessThanOrEqual(3_000);
    expect(text.length).toBeLessThanOrEqual(3_000);
    expect(text).not.toMatch(/[<>]/);
    for (const block of blocks) if (block.text.type === 'mrkdwn') expect(block.text.text).not.toContain('<!');
  });
});

describe('Discord', () => {
  it('gets at most 2,000 characters, without mentions', () => {
    const { content, allowed_mentions: mentions } = bodyOf({ kind: 'discord', url }, worst);
    expect(content.length).toBeLessThanOrEqual(2_000);
    expect(mentions).toEqual({ parse: [] });
    expect(content.replaceAll(/\\.|<https:\/\/pulse[^>]*>/g, '')).not.toMatch(/[`|[\]~]|@everyone/);
  });
});

describe('Telegram', () => {
  const telegram = {
    kind: 'telegram',
    token: '123:abc',
    chat: '-1',
    apiUrl: 'https://api.telegram.org/',
  } as const;

  it('gets at most 4,096 characters, in which only its own tags are markup', () => {
    const { text, parse_mode: mode, chat_id: chat } = bodyOf(telegram, worst);
    expect([mode, chat]).toEqual(['HTML', '-1']);
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(text.match(/<[^>]*>/g)?.map((tag) => tag.replace(/ .*/, '>'))).toEqual([
      '<b>',
      '</b>',
      '<a>',
      '</a>',
    ]);
    expect(text.replaceAll(/&(?:amp|lt|gt|quot);/g, '')).not.toContain('&');
  });

  it('is asked at the address of the bot', () => {
    expect(requestOf(message(), telegram, context)?.url).toBe(
      'https://api.telegram.org/bot123:abc/sendMessage',
    );
  });
});

describe('Teams', () => {
  it('gets an Adaptive Card that its own library takes, of less than 28 KB', () => {
    const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
      'adaptivecards/dist/adaptivecards.js',
    ) as CardLibrary;
    for (const one of [message(), worst, resolved]) {
      const body = bodyOf({ kind: 'teams', url }, one);
      const attachment = body.attachments[0]!;
      expect(attachment.contentType).toBe('application/vnd.microsoft.card.adaptive');
      const parsing = new SerializationContext();
      const card = new AdaptiveCard();
      card.parse(attachment.content, parsing);
      expect([parsing.eventCount, card.validateProperties().validationEvents]).toEqual([0, []]);
      expect(card.getItemCount()).toBe(attachment.content.body.length);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000);
    }
  });
});

describe('PagerDuty', () => {
  const pagerduty = { kind: 'pagerduty', routingKey: 'key', apiUrl: 'https://events.pagerduty.com' } as const;

  it('gets one incident for a group, which its end resolves', () => {
    const trigger = bodyOf(pagerduty, message());
    expect(trigger).toMatchObject({
      ...{ routing_key: 'key', event_action: 'trigger', dedup_key: 'seed-g1' },
      payload: {
        source: 'gpt-4o',
        severity: 'critical',
        class: 'timeout',
        timestamp: '2026-11-30T14:03:00.000Z',
      },
    });
    expect(bodyOf(pagerduty, resolved)).toEqual({
      routing_key: 'key',
      event_action: 'resolve',
      dedup_key: 'seed-g1',
    });
    expect(bodyOf(pagerduty, worst).payload.summary.length).toBeLessThanOrEqual(1_024);
  });

  it('is acknowledged by an event of its own once all of the group is', () => {
    const ack = { by: 'Ann', at, note: null, until: null };
    const members = [member({ acknowledged: ack, ackNews: { what: 'acknowledged', of: ack } })];
    const one = message({ kind: 'acknowledged', members });
    expect(requestOf(one, pagerduty, context)).toBeNull();
    expect(bodyOf(pagerduty, { ...one, allAcknowledged: true })).toEqual({
      routing_key: 'key',
      event_action: 'acknowledge',
      dedup_key: 'seed-g1',
    });
  });

  it('pages nobody for what is over, and for remarks', () => {
    const over = { members: [member({ ended: at })] };
    expect(requestOf(message({ kind: 'remark', ...over }), pagerduty, context)).toBeNull();
    // An attempt whose answer was lost may have opened the incident.
    expect(bodyOf(pagerduty, message({ kind: 'passed', ...over }))).toMatchObject({
      event_action: 'resolve',
      dedup_key: 'seed-g1',
    });
  });
});

describe('ntfy', () => {
  it('is asked at its root, with the topic and the token', () => {
    const target = { kind: 'ntfy', url: 'https://ntfy.example.com/under/topic', token: 'tk' } as const;
    const request = requestOf(message(), target, context);
    expect(request?.url).toBe('https://ntfy.example.com/under');
    expect(request?.headers.authorization).toBe('Bearer tk');
    expect(bodyOf(target, message())).toMatchObject({ topic: 'topic', priority: 4, tags: ['red_circle'] });
    expect(Buffer.byteLength(bodyOf(target, worst).message)).toBeLessThanOrEqual(4_096);
  });
});

describe('apprise', () => {
  it('is told of failure and success', () => {
    const target = { kind: 'apprise', url, tag: 'ops' } as const;
    expect(bodyOf(target, message())).toMatchObject({ type: 'failure', format: 'text', tag: 'ops' });
    expect(bodyOf(target, resolved).type).toBe('success');
    expect(bodyOf(target, resolved).title).toBe(
      'gpt-4o is no longer unhealthy after 1 min, since 2026-11-30 15:03 Europe/Berlin',
    );
  });
});

describe('a webhook', () => {
  it('is signed so that the library verifies it', () => {
    const now = Date.now();
    const target = { kind: 'webhook', url, secrets: [secret], format: 'standard' } as const;
    const request = requestOf(worst, target, { ...context, now });
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toMatchObject({
      data: { id: 'seed-1', more: 950, held_back: { flapping: 12 } },
    });
  });

  it('has the form of Alertmanager', () => {
    const target = { kind: 'webhook', url, secrets: [], format: 'alertmanager' } as const;
    const body = bodyOf(
      target,
      message({ members: [member(), member({ model: 'b', ended: at })], kind: 'update' }),
    );
    // The members of template.Data and webhook.Message in Alertmanager 0.28.
    expect(Object.keys(body)).toEqual([
      ...['receiver', 'status', 'alerts', 'groupLabels', 'commonLabels', 'commonAnnotations', 'externalURL'],
      ...['version', 'groupKey', 'truncatedAlerts'],
    ]);
    expect(Object.keys(body.alerts[0]!)).toEqual([
      ...['status', 'labels', 'annotations', 'startsAt', 'endsAt', 'generatorURL', 'fingerprint'],
    ]);
    expect(body).toMatchObject({
      ...{ version: '4', status: 'firing', receiver: 'team' },
      alerts: [
        {
          status: 'firing',
          endsAt: '0001-01-01T00:00:00Z',
          labels: { alertname: 'ModelUnhealthy', model: 'gpt-4o' },
        },
        { status: 'resolved', endsAt: '2026-11-30T14:03:00.000Z', labels: { model: 'b' } },
      ],
      commonLabels: { alertname: 'ModelUnhealthy', provider: 'openai', tier: 'gold' },
    });
  });
});
