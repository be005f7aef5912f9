import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import type { ChannelTarget } from '../../src/domain/notify/channel.js';
import { messageKinds, type Message, type MessageMember } from '../../src/domain/notify/message.js';
import { remarks, toldStates } from '../../src/domain/notify/notice.js';
import { requestOf } from '../../src/notify/dialects.js';
import { mailOf } from '../../src/notify/mail.js';
import { at, context, member, message } from './sample-message.js';

type Target = Exclude<ChannelTarget, { readonly kind: 'email' }>;

/** Markup, mentions, control characters, marks of direction, half characters, and lines without an end. */
const pieces = fc.oneof(
  fc.constantFrom(
    ...[
      '<!channel>',
      '<!here>',
      '<@U123>',
      '<#C123>',
      '<!subteam^S1>',
      '@everyone',
      '@here',
      '<@&123>',
      '@U123',
    ],
    ...[
      '[x](javascript:alert(1))',
      '<https://e.vil|click>',
      '<a href="javascript:1">x</a>',
      '</b>',
      '<b>',
      '<at>x</at>',
    ],
    ...[
      ...['&amp;', '&lt;', '&#60;b&#62;'],
      ...['**b**', '__u__', '~~s~~', '||s||', '`c`', '```', '# h', '- l', '1. l', '> q'],
    ],
    ...[
      '\r\nBcc: x@e.vil',
      '\n\n.',
      '\u2028',
      '\u0000',
      '\u001b[31m',
      '\u202e',
      '\u2066',
      '\u200b',
      '\ud800',
      '\udc00',
    ],
    ...[
      '/start',
      '#tag',
      '$TAG',
      'http://e.vil/x',
      'tg://user?id=1',
      ':smile:',
      '<t:1:R>',
      '\\',
      '"',
      '{{x}}',
      '$' + '{x}',
    ],
    ...['=?utf-8?q?x?=', '😀', 'م', 'a\u0301'.repeat(20)],
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const short = fc.array(pieces, { minLength: 1, maxLength: 6 }).map((some) => some.join(' '));
const long = fc
  .tuple(pieces, fc.integer({ min: 100, max: 4_000 }))
  .map(([piece, times]) => piece.repeat(times));
const text = fc.oneof({ weight: 4, arbitrary: short }, { weight: 1, arbitrary: long });

const [when, never] = [fc.constant(at), fc.constant(null)];
const cared = fc.record({ by: text, note: fc.option(text), at: when, until: never });

const members = (most: number): fc.Arbitrary<MessageMember[]> =>
  fc
    .array(
      fc.record({
        model: text,
        provider: text,
        labels: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), text),
        what: fc.constantFrom(...toldStates, ...remarks),
        ended: fc.constantFrom(null, at),
        detail: fc.option(text),
        flapping: fc.constantFrom(null, 'began' as const, 'settled' as const),
        times: fc.integer({ min: 1, max: 3 }),
        isNews: fc.boolean(),
        acknowledged: cared,
        ackNews: fc.record({
          what: fc.constantFrom('acknowledged' as const, 'snooze_ended' as const, 'taken_back' as const),
          of: cared,
        }),
      }),
      { minLength: 1, maxLength: most },
    )
    .map((all) => all.map((changes) => member(changes)));

const hostile: fc.Arbitrary<Message> = fc
  .tuple(fc.oneof(members(3), members(50)), fc.constantFrom(...messageKinds), text, text)
  .map(([all, kind, provider, reason]) =>
    message({ members: all, kind, group: { provider, reason }, more: 7 }),
  );

const url = 'https://example.com/hook';
const own = 'https://pulse.example.com/';

/** Half characters are no part of an address, as ids of models are none. */
const linked = {
  ...context,
  linkTo: (model: string): string => `${own}models/${encodeURIComponent(model.replace(/\p{Cs}/gu, ''))}`,
};

const bodyOf = (target: Target, one: Message): Record<string, unknown> | null => {
  const request = requestOf(one, target, linked);
  return request === null ? null : (JSON.parse(request.body) as Record<string, unknown>);
};

const holds = (check: (one: Message) => void, numRuns = 50): void =>
  fc.assert(fc.property(hostile, check), { numRuns });

/** Control characters but the ends of lines, marks of direction, and half characters. */
const unseen = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

describe('text from outside', () => {
  it('is no markup and no mention in Slack, in blocks of at most 3,000 characters', () => {
    interface Block {
      readonly text: { readonly type: string; readonly text: string; readonly emoji?: boolean };
    }
    holds((one) => {
      const { text: fallback, blocks } = bodyOf({ kind: 'slack', url }, one) as {
        text: string;
        blocks: Block[];
      };
      expect(fallback.replace(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[<>&]/);
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const said of [fallback, ...blocks.map((block) => block.text.text)]) {
        expect(said.length).toBeGreaterThan(0);
        expect(said.length).toBeLessThanOrEqual(3_000);
        expect(said).not.toMatch(unseen);
      }
      for (const { text: part } of blocks) {
        if (part.type === 'mrkdwn')
          expect(part.text).toMatch(/^<https:\/\/pulse\.example\.com\/[^<>|]*\|Open in modelpulse>$/);
        else expect(part).toMatchObject({ type: 'plain_text', emoji: false });
      }
    });
  });

  it('is no markup and no mention in Discord, in at most 2,000 characters', () => {
    holds((one) => {
      const body = bodyOf({ kind: 'discord', url }, one) as { content: string; allowed_mentions: object };
      expect(body.allowed_mentions).toEqual({ parse: [] });
      expect(body.content.length).toBeLessThanOrEqual(2_000);
      expect(body.content).not.toMatch(unseen);
      const [title = '', ...lines] = body.content.split('\n');
      // Its own markup: the title in bold, and a link without a preview.
      expect(title).toMatch(/^\S+ \*\*.+\*\*$/u);
      const link = /^<https:\/\/pulse\.example\.com\/[^<>\s]*>$/;
      const foreign = [
        title.replace(/^(\S+ )\*\*(.+)\*\*$/u, '$1$2'),
        ...lines.filter((line) => !link.test(line)),
      ];
      for (const line of foreign)
        expect(line.replace(/\\[^0-9A-Za-z\s]/g, '')).not.toMatch(/[\\*_~`|>#[\]()<:@]|^\d+\. |^[+-] /);
    });
  });

  it('is no markup and no mention in Telegram, in at most 4,096 characters', () => {
    const target = { kind: 'telegram', token: '1:a', chat: '1', apiUrl: 'https://api.telegram.org' } as const;
    holds((one) => {
      const { text: html } = bodyOf(target, one) as { text: string };
      expect(html.length).toBeLessThanOrEqual(4_096);
      expect(html).not.toMatch(unseen);
      const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
      const link =
        tags.length > 2
          ? [expect.stringMatching(/^<a href="https:\/\/pulse\.example\.com\/[^"<>]*">$/), '</a>']
          : [];
      expect(tags).toEqual(['<b>', '</b>', ...link]);
      const plain = html.replace(/<a .*<\/a>$/, '').replace(/<\/?b>/g, '');
      expect(plain.replace(/&(?:amp|lt|gt|quot);/g, '')).not.toMatch(/[<>&"]/);
      // What its server finds in plain text.
      expect(plain).not.toMatch(/[@#$][\p{L}\p{N}_]|(?<!\w)\/\w|:\/\/\w/u);
    });
  });

  it('is no markup in Teams, in a card of less than 28 KB that its library takes', () => {
    const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
      'adaptivecards/dist/adaptivecards.js',
    ) as {
      SerializationContext: new () => { readonly eventCount: number };
      AdaptiveCard: new () => { parse(card: object, context: object): void };
    };
    holds((one) => {
      const body = bodyOf({ kind: 'teams', url }, one) as {
        attachments: {
          content: {
            body: { type: string; inlines: { type: string; text: string }[] }[];
            actions?: { url: string }[];
          };
        }[];
      };
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000);
      const { content } = body.attachments[0]!;
      const parsing = new SerializationContext();
      new AdaptiveCard().parse(content, parsing);
      expect(parsing.eventCount).toBe(0);
      for (const { type, inlines } of content.body) {
        expect([type, inlines.map((inline) => inline.type)]).toEqual(['RichTextBlock', ['TextRun']]);
        expect(inlines[0]!.text).not.toMatch(unseen);
      }
      for (const action of content.actions ?? []) expect(action.url.startsWith(own)).toBe(true);
      // A mention has an entity beside its text.
      expect(JSON.stringify(content)).not.toContain('"entities"');
    });
  });

  it('is bounded in an event of PagerDuty', () => {
    const target = { kind: 'pagerduty', routingKey: 'k', apiUrl: 'https://events.pagerduty.com' } as const;
    holds((one) => {
      const body = bodyOf(target, one) as {
        payload?: { summary: string; source: string; custom_details: object };
      } | null;
      if (body?.payload === undefined) return;
      const { summary, source } = body.payload;
      expect(summary.length).toBeGreaterThan(0);
      expect(summary.length).toBeLessThanOrEqual(1_024);
      expect(source.length).toBeGreaterThan(0);
      expect(source.length).toBeLessThanOrEqual(255);
      expect(`${summary}${source}`).not.toMatch(unseen);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(512_000);
    });
  });

  it('is plain text of at most 4,096 bytes for ntfy', () => {
    holds((one) => {
      const body = bodyOf({ kind: 'ntfy', url: 'https://ntfy.sh/t', token: null }, one) as {
        message: string;
        title: string;
        topic: string;
        markdown?: boolean;
      };
      expect(Buffer.byteLength(body.message)).toBeLessThanOrEqual(4_096);
      expect(body.title.length).toBeLessThanOrEqual(250);
      expect([body.topic, body.markdown]).toEqual(['t', undefined]);
      expect(body.message + body.title).not.toMatch(unseen);
    });
  });

  it('has no mention for apprise', () => {
    holds((one) => {
      const body = bodyOf({ kind: 'apprise', url, tag: null }, one) as {
        title: string;
        body: string;
        format: string;
      };
      expect(body.format).toBe('text');
      expect(body.title + body.body).not.toMatch(/@\w/);
      expect(body.title + body.body).not.toMatch(unseen);
    });
  });

  it('has no control character in an annotation of Alertmanager', () => {
    holds((one) => {
      const target = { kind: 'webhook', url, secrets: [], format: 'alertmanager' } as const;
      const { alerts } = bodyOf(target, one) as { alerts: { annotations: Record<string, string> }[] };
      for (const { annotations } of alerts)
        for (const value of Object.values(annotations)) expect(value).not.toMatch(unseen);
    }, 20);
  });

  it('is no header of a mail', async () => {
    const transport = createTransport({ streamTransport: true, buffer: true });
    const target = { kind: 'email', smtp: 'smtp://x', from: 'a@example.com', to: ['b@example.com'] } as const;
    const property = fc.asyncProperty(hostile, async (one) => {
      const mail = mailOf(one, target, linked);
      expect(mail.subject).not.toMatch(unseen);
      expect(mail.subject.length).toBeLessThanOrEqual(200);
      const sent = await transport.sendMail(mail);
      expect(sent.envelope).toEqual({ from: 'a@example.com', to: ['b@example.com'] });
      const parsed = await simpleParser(sent.message);
      expect([...parsed.headers.keys()].sort()).toEqual([
        ...['auto-submitted', 'content-transfer-encoding', 'content-type', 'date', 'from', 'message-id'],
        ...['mime-version', 'references', 'subject', 'to'],
      ]);
      expect(parsed.subject).toBe(mail.subject);
      expect([parsed.html, parsed.attachments]).toEqual([false, []]);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});
