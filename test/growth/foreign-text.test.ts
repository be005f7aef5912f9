import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../src/checker/ask/dialects.js';
import { announcedIn } from '../../src/checker/verdict/announced-headers.js';
import { missesChallenge } from '../../src/checker/verdict/challenge-answer.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { judge } from '../../src/checker/verdict/judge.js';
import { bareRunFailureIn, runFailureIn } from '../../src/checker/verdict/run-failure.js';
import { readHeadroom } from '../../src/checker/transport/headroom.js';
import { rateLimitRemaining, retryAfterMs } from '../../src/checker/transport/retry-after.js';
import { createRedaction } from '../../src/checker/secrets/redact.js';
import { readStream } from '../../src/checker/verdict/stream-reading.js';
import { plainText } from '../../src/domain/plain-text.js';
import type { Challenge } from '../../src/domain/challenge.js';
import type { Expectation, Probe } from '../../src/domain/model.js';
import { csvCell } from '../../src/domain/csv-cell.js';
import { escapeLabel, formatFor } from '../../src/metrics/format.js';
import { modelAt } from '../checker/model.js';
import { costOf, repeated, steepness, steepPieces } from './growth.js';
import { pieces } from './pieces.js';
import { amount, some } from '../slow.js';

const meets = createExpectations();
const redact = createRedaction(['sk-test-1234567890abcdef', 'a secret with blanks']);
const headersOf = (name: string) => (text: string) => ({ [name]: text });
const replyOf = (text: string, status: number, headers = {}) => ({
  status,
  headers,
  body: Buffer.from(text),
  overLimit: false,
});
const json = JSON.stringify;

function judged(
  text: string,
  status: number,
  headers = {},
  expect: Partial<Expectation> = {},
  probe: Probe = 'chat',
) {
  const model = modelAt('http://127.0.0.1:1', { probe, ...(Object.keys(expect).length > 0 && { expect }) });
  const dialect = dialectFor('openai', probe)!;
  return judge(replyOf(text, status, headers), { model, dialect, meets, reading: null });
}
const answer = (text: string): string =>
  json({ model: text, choices: [{ message: { content: text }, finish_reason: 'stop' }] });

function streamed(provider: string, text: string, size: number): void {
  const dialect = dialectFor(provider, 'chat_stream')!;
  const reading = readStream(dialect.stream!);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reading.push(bytes.subarray(at, at + size));
  reading.end();
  judge(replyOf(text, 200), { model: modelAt('http://127.0.0.1:1'), dialect, meets, reading });
}

/** Schemas that look at every part of an answer; an answer over 64 Ki characters is not compared. */
const schemas = [
  { pattern: '(a|b|ab)*c', maxLength: 1 },
  { uniqueItems: true },
  { items: { enum: Array.from({ length: 200 }, (_each, index) => `value ${index}`) } },
  { anyOf: [1, 2].map((maxItems) => ({ items: { $ref: '#' }, maxItems, not: { type: 'string' } })) },
];
const eighth = (text: string): string => text.slice(0, text.length / 8);

const challenges: readonly Challenge[] = [
  { kind: 'words', question: 'Say: a model', answer: 'a model', other: null },
  { kind: 'code', question: 'Répète ce code : a417', answer: 'a417', other: null },
  { kind: 'next', question: 'What comes after 11110?', answer: '11111', other: null },
  { kind: 'larger', question: 'Larger: 100 or 111?', answer: '111', other: '100' },
];

/** Everything that reads a text which somebody else chose. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'a text that is made fit to show': (text) => redact(text, 1_024),
  'an answer': (text) => judged(answer(text), 200),
  'an answer to a fresh question': (text) => challenges.map((challenge) => missesChallenge(text, challenge)),
  'an answer that is to contain': (text) =>
    judged(answer(text), 200, {}, { contains: ['x y'], equals: ['z'] }),
  'an answer that is to match': (text) => judged(answer(text), 200, {}, { regex: '(a|b|ab)*c' }),
  'the end of an address in headers': (text) =>
    [headersOf('sunset')(text), headersOf('deprecation')(`@${text}`)].map(announcedIn),
  'the arguments of a tool call': (text) => {
    const called = [{ function: { name: text, arguments: text } }];
    const message = {
      content: text,
      tool_calls: called,
      function_call: { name: text, arguments: json(text) },
    };
    return judged(json({ choices: [{ message }] }), 200, {}, {}, 'tools');
  },
  'a text in the place of a tool call': (text) => judged(answer(text), 200, {}, {}, 'tools'),
  'a text in the place of an object': (text) => judged(answer(text), 200, {}, {}, 'structured'),
  'a refusal of tools': (text) => judged(json({ error: { message: text } }), 400, {}, {}, 'tools'),
  'a plain refusal': (text) => judged(text, 400),
  'a plain failure': (text) => judged(text, 503),
  'an error': (text) => judged(json({ error: { message: text, code: text, type: text, status: text } }), 400),
  'an error in a success': (text) => judged(json({ error: { message: text, code: text } }), 200),
  'an error with many details': (text) => {
    const details = Array.from({ length: text.length / 64 }, () => ({
      reason: text.slice(0, 16),
      violations: [],
    }));
    return judged(json({ error: { details } }), 400);
  },
  'a list of problems': (text) => {
    const detail = Array.from({ length: text.length / 64 }, () => ({ loc: [text.slice(0, 16)], msg: 'x' }));
    return judged(json({ detail }), 422);
  },
  'a problem with its title': (text) =>
    judged(json({ type: `a:${text}`, title: `b${text}`, detail: text + text, status: 400 }), 400),
  'problems by name': (text) => {
    const names = Array.from({ length: text.length / 64 }, (_each, index) => [index, [text.slice(0, 16)]]);
    const errors: unknown = Object.fromEntries(names);
    return judged(json({ errors }), 400);
  },
  'a fault': (text) =>
    judged(json({ fault: { faultstring: text, detail: { errorcode: text }, faultcode: text } }), 429),
  'a list of models': (text) => {
    const data = Array.from({ length: text.length / 16 }, (_each, index) => ({
      id: `${text.slice(0, 8)}${index}`,
    }));
    return judged(json({ data }), 200, {}, {}, 'models');
  },
  'the beginning of a list of models': (text) => {
    const name = (value: string): string => `"id":"${value}",`;
    const list = `{"data":[{${name(text.slice(0, 256)).repeat(text.length / 512)}"id":"${text}`;
    const reply = { ...replyOf(list, 200), overLimit: true };
    const model = modelAt('http://127.0.0.1:1', { probe: 'models', modelName: text.slice(0, 16) });
    return judge(reply, { model, dialect: dialectFor('openai', 'models')!, meets, reading: null });
  },
  'a run of a job': (text) => {
    const names = Array.from({ length: text.length / 64 }, (_each, index) => [`${index}`, 'a'] as const);
    const place = { ...Object.fromEntries(names), status: text, state: 'failed', error: text, errmsg: text };
    return [runFailureIn, bareRunFailureIn].map((read) => read({ id: text, status: text, data: place }));
  },
  'the name of an error in a header': (text) => judged('{}', 400, headersOf('x-amzn-errortype')(text)),
  'where a redirect leads': (text) => judged('', 302, headersOf('location')(text)),
  'when to try again, in a header': (text) =>
    retryAfterMs(replyOf('', 429, headersOf('retry-after')(text)), 0),
  'when to try again, in a text': (text) => retryAfterMs(replyOf(text, 429), 0),
  'what is left of a limit': (text) => rateLimitRemaining(headersOf('x-ratelimit-remaining-requests')(text)),
  'what is left of many limits': (text) => {
    const names = Array.from(
      { length: text.length / 32 },
      (_each, index) => `x-ratelimit-${index}-remaining`,
    );
    const headers = Object.fromEntries(
      names.flatMap((name) => [
        [name, '0'],
        [name.replace('remaining', 'reset'), text.slice(0, 16)],
      ]),
    );
    return [
      rateLimitRemaining(headers),
      readHeadroom(headers, 0),
      retryAfterMs(replyOf('', 429, headers), 0),
    ];
  },
  'when a limit is filled again': (text) =>
    retryAfterMs(
      replyOf('', 429, { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': text }),
      0,
    ),
  'the events of a stream': (text) => streamed('openai', text, 1_024),
  'the lines of a stream': (text) => streamed('ollama', text, 1_024),
  'the frames of a stream': (text) => streamed('bedrock', text, 1_024),
  'a stream that comes in small pieces': (text) => streamed('openai', text, 16),
  'a cell of CSV': csvCell,
  'a text for a terminal': plainText,
  'a label of a metric': escapeLabel,
  'the formats that a client takes': formatFor,
};

/** By default some of each kind of piece. */
const few = amount(
  pieces,
  pieces.filter((_piece, index) => index % 12 === 0),
);

describe.each(Object.entries(readers))('%s', (_what, read) => {
  it('takes time linear in its length', async () => {
    expect(await steepPieces(few, read)).toEqual([]);
  }, 60_000);
});

const fitted = (text: string): void => {
  const items = Array.from({ length: text.length / 16 }, (_each, index) => index);
  for (const schema of schemas) {
    for (const value of [eighth(text), items, { [eighth(text)]: eighth(text) }])
      judged(answer(json(value)), 200, {}, { json: schema });
    const depth = Math.min(60, text.length / 1_024);
    judged(
      answer(`${'['.repeat(depth)}${json(eighth(text))}${']'.repeat(depth)}`),
      200,
      {},
      { json: schema },
    );
  }
};

describe('answer with a JSON schema', () => {
  it.each(some(['a', '"', 'e\u0301'], 1))(
    'takes time linear in its length: %s',
    async (piece) => {
      const costs = await steepness(
        (length) => {
          const text = repeated(piece, length);
          return () => fitted(text);
        },
        { mostMs: Infinity },
      );
      expect(costs).toBeNull();
    },
    60_000,
  );
});

describe('deeply nested or very large reply', () => {
  it.each(some(['[', '{"error":', '{"choices":[', '{"a":'], 1))('is judged in time: %s', async (open) => {
    const ends = open.replaceAll(/[^[{]/g, '').replaceAll('[', ']').replaceAll('{', '}');
    // The other way round: what opened last closes first.
    const end = ends === '}]' ? ']}' : ends;
    for (const status of [200, 400, 503]) {
      const depth = 100_000;
      const text = `${open.repeat(depth)}1${end.repeat(depth)}`;
      expect(await costOf(() => judged(text, status), 200)).toBeLessThan(200);
    }
  });

  it('is judged in time with 50,000 members', async () => {
    const members = Object.fromEntries(
      Array.from({ length: 50_000 }, (_each, index) => [`m${index}`, index]),
    );
    for (const body of [members, { error: members }, { usage: members }, { choices: [members] }]) {
      for (const status of [200, 400])
        expect(await costOf(() => judged(json(body), status), 200)).toBeLessThan(200);
    }
  });
});
