import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../src/checker/ask/dialects.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { finish } from '../../src/checker/verdict/finish.js';
import { judge } from '../../src/checker/verdict/judge.js';
import { secretsOf } from '../../src/checker/secrets/model-secrets.js';
import { createRedaction } from '../../src/checker/secrets/redact.js';
import { readStream } from '../../src/checker/verdict/stream-reading.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Expectation, Probe } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { leastProcessorMs } from '../processor-time.js';
import { some } from '../slow.js';

const meets = createExpectations();
const base = modelAt('http://127.0.0.1:1');
const redact = createRedaction(secretsOf(base));

interface Asked {
  readonly status?: number;
  readonly provider?: string;
  readonly probe?: Probe;
  readonly expect?: Expectation;
  /** Bytes of one piece of a stream. */
  readonly piece?: number;
}

function read(text: string, { status = 200, provider = 'openai_compatible', piece, ...rest }: Asked): void {
  const probe = rest.probe ?? 'chat';
  const model = { ...base, provider, probe, ...(rest.expect && { expect: rest.expect }) };
  const dialect = dialectFor(provider, probe);
  if (dialect === null) throw new Error(`${provider} has no ${probe}`);
  const body = Buffer.from(text);
  const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
  for (let at = 0; at < body.length; at += piece ?? body.length)
    reading?.push(body.subarray(at, at + (piece ?? body.length)));
  reading?.end();
  const reply = { status, headers: {}, body, overLimit: false };
  const found = judge(reply, { model, dialect, meets, reading });
  finish(
    { model, startedAt: 0, redact },
    {
      reply,
      fault: null,
      durationMs: 1,
      firstTokenMs: null,
      speed: null,
      phases: {},
      certificateExpiresAt: null,
      intercepted: false,
    },
    found,
    systemClock,
  );
}

const said = (content: unknown): string => JSON.stringify({ choices: [{ message: { content } }] });
const failed = (message: string): string => JSON.stringify({ error: { message } });
const list = (entries: unknown): string => JSON.stringify({ data: entries });
/** Schemas and patterns do not look at an answer over 64 Ki characters: the larger one stays below. */
const matched = (size: number): number => size * 0.15;
const times = (part: string) => (size: number) => part.repeat(Math.ceil(size / part.length));

const cases: readonly (readonly [string, (size: number) => string, Asked])[] = [
  ['combining marks', (size) => said(times('\u0301\u0323')(size)), {}],
  ['letters with marks', (size) => said(times('a\u0301\u0323')(size)), {}],
  ['marks of emphasis', (size) => said(times('**a_')(size)), {}],
  ['one mark of emphasis', (size) => said(times('*')(size)), {}],
  ['letters of full width', (size) => said(times('Ａｶﾞ')(size)), {}],
  ['names of HTML', (size) => said(times('&nbsp;&n')(size)), {}],
  ['spaces', (size) => said(`x${times(' ')(size)}y`), {}],
  ['reasoning marks', (size) => said(times('<think>a</think>')(size)), {}],
  ['brackets', (size) => said(times('[(')(size)), { expect: {} }],
  ['values', (size) => said(`${times('ac 11 ')(size)}!`), { expect: {} }],
  ['bytes read as letters', (size) => said(times('Ã¼à¤')(size)), { expect: {} }],
  ['tokens', (size) => said(times('<|pad|> [INST]')(size)), { expect: {} }],
  ['pieces of many scripts', (size) => said(times('the 的 руда 하는')(size)), { expect: {} }],
  ['templates', (size) => said(times('{{ a }} {%')(size)), { expect: {} }],
  ['pages inside an answer', (size) => said(`<html>${times('<title ')(size)}`), { expect: {} }],
  ['one letter', (size) => said(times('a')(size)), { expect: {} }],
  [
    'parts inside parts',
    (size) => `{"choices":[{"message":{"content":${times('[')(size / 2)}${times(']')(size / 2)}}}]}`,
    {},
  ],
  [
    'errors inside errors',
    (size) => `{"error":${times('[')(size / 2)}1${times(']')(size / 2)}}`,
    { status: 400 },
  ],
  [
    'objects inside objects',
    (size) => `${'{"error":'.repeat(size / 10)}1${'}'.repeat(size / 10)}`,
    { status: 400 },
  ],
  [
    'problems with places inside places',
    (size) => `{"detail":[{"msg":"x","loc":[${times('[')(size / 2)}${times(']')(size / 2)}]}]}`,
    { status: 422 },
  ],
  ['errors of one word', (size) => failed(times('model ')(size)), { status: 404 }],
  ['errors of digits', (size) => failed(times('1')(size)), { status: 400 }],
  ['errors of Chinese', (size) => failed(times('模型额度')(size)), { status: 400 }],
  ['addresses', (size) => failed(times('a.')(size)), { status: 400 }],
  ['pages', (size) => times('<title')(size), { status: 502 }],
  ['codes', (size) => JSON.stringify({ error: { code: times('-')(size) } }), { status: 400 }],
  [
    'a list of names',
    (size) => list(Array.from({ length: size / 40 }, (_, at) => ({ id: `model-${at}` }))),
    { probe: 'models' },
  ],
  [
    'a list of aliases and providers',
    (size) =>
      list([
        {
          id: 'x',
          aliases: Array.from({ length: size / 40 }, (_, at) => `alias-${at}-20250101`),
          providers: Array.from({ length: size / 40 }, (_, at) => ({ provider: `p${at}` })),
        },
      ]),
    { probe: 'models' },
  ],
  [
    'a pattern in a schema',
    (size) => said(JSON.stringify(times('a')(matched(size)))),
    { expect: { json: { pattern: 'a+b' } } },
  ],
  [
    'unique items',
    (size) => said(JSON.stringify(Array.from({ length: matched(size) / 12 }, (_, at) => ({ a: at })))),
    { expect: { json: { uniqueItems: true } } },
  ],
  [
    'JSON inside JSON',
    (size) => said(times('[')(matched(size) / 2) + times(']')(matched(size) / 2)),
    { expect: { json: { items: { $ref: '#' } } } },
  ],
  ['a line in small pieces', (size) => `data: ${times('a')(size / 8)}`, { probe: 'chat_stream', piece: 2 }],
  [
    'a line of JSON in small pieces',
    (size) => times('a')(size / 8),
    { provider: 'ollama', probe: 'chat_stream', piece: 2 },
  ],
  [
    'many events',
    (size) => times('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')(size),
    { probe: 'chat_stream', piece: 64 },
  ],
  [
    'a frame in small pieces',
    (size) => `\u0000\u000f\u0000\u0000${times('a')(size / 8)}`,
    { provider: 'bedrock', probe: 'chat_stream', piece: 2 },
  ],
  [
    'a vector',
    (size) => list([{ embedding: Array.from({ length: size / 8 }, (_, at) => at) }]),
    { probe: 'embeddings' },
  ],
];

describe('cost of a verdict', () => {
  it.each(some(cases, 4))('is at most linear in the size of %s', (_name, build, asked) => {
    const small = build(100_000);
    const large = build(400_000);
    read(small, asked);
    const once = leastProcessorMs(() => read(small, asked));
    const fourfold = leastProcessorMs(() => read(large, asked));
    // Quadratic work costs sixteen times as much; what takes less than some ms is not measured well.
    expect(fourfold).toBeLessThan(10 * Math.max(once, 5));
  });
});
