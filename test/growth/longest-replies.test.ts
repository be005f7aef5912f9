import { describe, expect, it } from '@jest/globals';
import { EventStreamCodec, type MessageHeaders } from '@smithy/core/event-streams';
import { dialectFor } from '../../src/checker/ask/dialects.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { judge } from '../../src/checker/verdict/judge.js';
import { readStream } from '../../src/checker/verdict/stream-reading.js';
import type { Expectation, Probe } from '../../src/domain/model.js';
import { modelAt } from '../checker/model.js';
import { costOf } from './growth.js';
import { some } from '../slow.js';

/** ms of processor time for which one reply may hold the loop, with a margin for a core that others share. */
const mostHeldMs = 60;
/** The same for all pieces of a stream, which are read in a turn each. */
const mostInAllMs = 200;
/** Most bytes that are read at once: a connection is read in smaller parts, a packed body is unpacked in such. */
const pieceBytes = 16_384;

const meets = createExpectations();
const json = JSON.stringify;

function judged(text: string, expected: Partial<Expectation> = {}, probe: Probe = 'chat') {
  const set = Object.keys(expected).length > 0;
  const model = modelAt('http://127.0.0.1:1', { probe, ...(set && { expect: expected }) });
  const reply = { status: 200, headers: {}, body: Buffer.from(text), overLimit: false };
  return judge(reply, { model, dialect: dialectFor('openai', probe)!, meets, reading: null });
}
const answer = (text: string): string =>
  json({ model: 'm', choices: [{ message: { content: text }, finish_reason: 'stop' }] });

/** A frame of Amazon's event streams, with a byte as each character. */
function frameOf(headers: Readonly<Record<string, string>>, body: string): string {
  const codec = new EventStreamCodec(
    (bytes) => Buffer.from(bytes as Uint8Array).toString(),
    (text) => Buffer.from(text),
  );
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]);
  const frame = codec.encode({
    headers: Object.fromEntries(typed) as MessageHeaders,
    body: Buffer.from(body),
  });
  return Buffer.from(frame).toString('latin1');
}

/** Bytes of the longest reply, and characters of the longest answer that a pattern or a schema reads. */
const mostBytes = 1_000_000;
const mostRead = 65_000;

/** As many pieces as a text of this length has room for. */
const filled = (piece: string, between = '', length = mostBytes): string =>
  Array.from({ length: Math.floor(length / (piece.length + between.length)) }, () => piece).join(between);
/** The same with pieces that differ. */
const counted = (piece: (index: number) => string, count: number): string =>
  Array.from({ length: count }, (_each, index) => piece(index)).join(',');
const digits = (index: number): string => index.toString(36);

/** What a provider may send: by its probe, the reply, and what is expected of it. */
const longest: readonly [string, Probe, string, Partial<Expectation>?][] = [
  ['a list of models that are nothing', 'models', `[${filled('{}', ',')}]`],
  ['a list of short names', 'models', `{"data":[${filled('{"id":"a"}', ',')}]}`],
  ['a list of as many names as are read', 'models', `{"data":[${filled('{"id":"gpt-x"}', ',', 410_000)}]}`],
  ['a list of aliases', 'models', `{"data":[{"aliases":[${counted((index) => `"gpt${index}"`, 110_000)}]}]}`],
  ['a list of the same alias', 'models', `{"data":[{"aliases":[${filled('"a"', ',')}]}]}`],
  ['an embedding of whole numbers', 'embeddings', `{"data":[{"embedding":[${filled('1', ',')}]}]}`],
  ['an embedding of fractions', 'embeddings', `{"data":[{"embedding":[${filled('1.5', ',')}]}]}`],
  ['a list of empty objects', 'chat', `[${filled('{}', ',')}]`],
  ['lists inside each other', 'chat', `${'['.repeat(400_000)}${']'.repeat(400_000)}`],
  ['different members', 'chat', `{${counted((index) => `"m${index}":1`, 85_000)}}`],
  ['objects of different members', 'chat', `[${counted((index) => `{"m${index}":1}`, 49_000)}]`],
  ['different texts', 'chat', `[${counted((index) => `"${digits(index)}"`, 140_000)}]`],
  ['different texts with escapes', 'chat', `[${counted((index) => `"\\n${digits(index)}"`, 110_000)}]`],
  ['a problem at a long place', 'chat', `{"error":{"detail":[{"loc":[${filled('1', ',')}],"msg":"a"}]}}`],
  ['an answer of words', 'chat', answer(filled('yes tone ')), { contains: ['yes'] }],
  ['an answer of emphasis', 'chat', answer(filled('**a ')), { contains: ['New Delhi'] }],
  ['an answer of wide letters', 'chat', answer(filled('\uff41 ', '', 500_000)), { contains: ['New Delhi'] }],
  ['an answer of marks of reasoning', 'chat', answer(filled('<think></think>'))],
  ['an answer of ends of reasoning', 'chat', answer(filled('</think>'))],
  [
    'an answer of different members',
    'chat',
    answer(`{${counted((index) => `"${digits(index)}":1`, 75_000)}}`),
    { json: true },
  ],
  [
    'an answer of lists inside each other',
    'chat',
    answer(`${'['.repeat(400_000)}${']'.repeat(400_000)}`),
    { json: true },
  ],
];

/** Expectations that cost much, each with the answer that costs most. */
const numbers = `[${filled('1', ',', mostRead)}]`;
const many = <Part>(count: number, part: (index: number) => Part): Part[] =>
  Array.from({ length: count }, (_each, index) => part(index));
const five = (last: number) => ({ a: 1, b: 2, c: 3, d: 4, e: last });
const dear: readonly [string, string, Expectation['json']][] = [
  [
    'objects, each of which is the last of many',
    json(many(1_500, () => five(299))),
    { items: { enum: many(300, five) } },
  ],
  [
    'lists, each of which is the last of many',
    json(many(1_500, () => [...many(19, () => 0), 199])),
    { items: { enum: many(200, (last) => [...many(19, () => 0), last]) } },
  ],
  ['items that are compared often', numbers, { allOf: many(100, () => ({ uniqueItems: true })) }],
  [
    'items that are looked for often',
    numbers,
    { allOf: many(50, () => ({ not: { contains: { const: 'x' } } })) },
  ],
  [
    'items with many conditions',
    numbers,
    { items: { allOf: many(200, () => ({ if: { type: 'string' }, then: false, else: true })) } },
  ],
  [
    'names that are compared with many patterns',
    `{${counted((index) => `"k${index}":0`, 6_000)}}`,
    {
      patternProperties: Object.fromEntries(many(50, (index) => [`^a${index}$`, true])),
      additionalProperties: { type: 'number' },
    },
  ],
  [
    'a text that is measured often',
    json('x'.repeat(mostRead)),
    { allOf: many(200, () => ({ maxLength: 1e5 })) },
  ],
  ['a text with a slow pattern', json(filled('ab ', '', mostRead)), { pattern: '\\b(.{0,9}){17}[0-9]' }],
];

const headers = Object.fromEntries(many(250, (index) => [digits(index), '']));

describe('reply of maximum length', () => {
  it.each(some(longest, 2))(
    'is judged without blocking the event loop for long: %s',
    async (_what, probe, text, expected = {}) => {
      const work = () => judged(text, expected, probe);
      expect(await costOf(work, mostHeldMs)).toBeLessThan(mostHeldMs);
    },
  );

  it.each(some(dear, 1))(
    'is compared with a schema without blocking the event loop for long: %s',
    async (_what, text, schema) => {
      const expected = { json: schema! };
      const work = () => meets(text, expected);
      expect(await costOf(work, mostHeldMs)).toBeLessThan(mostHeldMs);
    },
  );

  it.each([
    ['(.*)(.*)(.*)(.*)(.*)[0-9]$', 'xy'],
    [many(300, (index) => `w${index}`).join('|'), 'w'],
    ['\\b(.{0,9}){17}[0-9]', 'ab '],
    ['a.{0,50}b.{0,50}[0-9]', 'abb'],
    ['[\\s\\S]{0,170}[0-9]', 'ab'],
    ['a[ab]{200}[^ab]', 'abbab'],
  ])('is searched for a pattern without blocking the event loop for long: %#', async (regex, piece) => {
    const text = filled(piece, '', mostRead);
    expect(await costOf(() => meets(text, { regex }), mostHeldMs)).toBeLessThan(mostHeldMs);
  });

  it.each([
    ['openai', { name: 'events that say nothing', text: 'data: {}\n\n' }],
    ['openai', { name: 'short events', text: 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n' }],
    ['openai', { name: 'lines of no event', text: 'x\n' }],
    ['openai', { name: 'lines that CR ends', text: '\r' }],
    ['openai', { name: 'empty lines', text: '\n' }],
    ['openai', { name: 'comments', text: ':\n' }],
    ['openai', { name: 'lines of one event', text: 'data\n' }],
    ['ollama', { name: 'lines that say nothing', text: '{}\n' }],
    ['ollama', { name: 'empty lines', text: '\n' }],
    ['ollama', { name: 'short lines', text: '{"message":{"content":"a"}}\n' }],
    ['bedrock', { name: 'empty frames', text: frameOf({}, '{}') }],
    ['bedrock', { name: 'short frames', text: frameOf({ ':message-type': 'event' }, '{}') }],
    ['bedrock', { name: 'frames of headers', text: frameOf(headers, '{}') }],
  ])('is read in pieces without blocking the event loop for long: %s %#', async (provider, { text }) => {
    const one = Buffer.from(text, 'latin1');
    const bytes = Buffer.alloc(Math.floor(mostBytes / one.length) * one.length, one);
    const { stream } = dialectFor(provider, 'chat_stream')!;
    const piece = bytes.subarray(0, pieceBytes);
    expect(await costOf(() => readStream(stream!).push(piece), mostHeldMs)).toBeLessThan(mostHeldMs);
    const whole = (): void => {
      const reading = readStream(stream!);
      for (let at = 0; at < bytes.length; at += pieceBytes) reading.push(bytes.subarray(at, at + pieceBytes));
    };
    expect(await costOf(whole, mostInAllMs)).toBeLessThan(mostInAllMs);
  });

  it('is rejected for too many parts, not counting those inside texts', () => {
    for (const [text, detail] of [
      [`[${filled('{}', ',')}]`, 'over 100000 texts, lists and objects'],
      [`[${filled('1', ',')}]`, 'over 150000 values'],
      [
        `{${counted((index) => `"m${index}":1`, 20_000)}}`,
        'over 8000 different names or 32000 different texts',
      ],
    ] as const)
      expect(judged(text)).toMatchObject({
        reason: 'probe_unsupported',
        detail: `${detail}: a limit of modelpulse, which reads 1 MiB of a reply`,
      });
    const said = judged(answer(`${filled('{\\"a":[', ' ')} New Delhi`), { contains: ['New Delhi'] });
    expect(said.reason).not.toBe('malformed_response');
  });

  it('is accepted if it is genuine: embeddings, log probabilities, lists of thousands of models', () => {
    const vector = many(8_192, (index) => Math.sin(index + 1) / 90);
    expect(judged(json({ data: many(5, () => ({ embedding: vector })) }), {}, 'embeddings').reason).toBe(
      'ok',
    );
    const bytes = many(4_096, (index) => ((index * 7) % 256) - 128);
    const vectors = json({ data: many(32, (index) => ({ index, embedding: bytes })) });
    expect(judged(vectors, {}, 'embeddings').reason).toBe('ok');
    const token = (index: number) => ({ token: ` t${index}`, logprob: -index / 7e5, bytes: [32, 116, 48] });
    for (const [tokens, likely] of [
      [800, 10],
      [700, 20],
    ] as const) {
      const content = many(tokens, (index) => ({ ...token(index), top_logprobs: many(likely, token) }));
      const choice = { message: { content: 'New Delhi.' }, finish_reason: 'stop', logprobs: { content } };
      expect(judged(json({ choices: [choice] })).reason).toBe('ok');
    }
    const data = many(8_000, (index) => ({
      id: `gpt-${index}`,
      object: 'model',
      created: index,
      owned_by: 'a',
    }));
    expect(judged(json({ data }), {}, 'models').detail).not.toContain('over');
    const chunk = json({
      id: `chatcmpl-${'a'.repeat(29)}`,
      object: 'chat.completion.chunk',
      created: 1_764_000_000,
      model: 'gpt-4.1-mini-2025-04-14',
      choices: [{ index: 0, delta: { content: ' the' }, finish_reason: null }],
    });
    const reading = readStream(dialectFor('openai', 'chat_stream')!.stream!);
    reading.push(Buffer.from(filled(`data: ${chunk}\n\n`)));
    expect(reading.fault).toBeNull();
  });

  it('meets an expectation at its beginning and at its end', () => {
    const words = Array.from({ length: 40_000 }, (_each, index) => `w${index * index}`).join(' ');
    for (const text of [`New Delhi ${words}`, `${words} New Delhi`])
      expect(judged(answer(text), { contains: ['New Delhi'] }).reason).toBe('ok');
  });
});
