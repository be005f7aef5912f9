import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brokenText } from '../../../src/checker/verdict/broken-text.js';
import { dialectFor } from '../../../src/checker/ask/dialects.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { judge } from '../../../src/checker/verdict/judge.js';
import { secretsOf } from '../../../src/checker/secrets/model-secrets.js';
import { createRedaction } from '../../../src/checker/secrets/redact.js';
import { reasons } from '../../../src/domain/reason.js';
import { finished } from '../finished.js';
import { modelAt } from '../model.js';
import { amount } from '../../slow.js';
import { processorMs } from '../../processor-time.js';

const key = 'zz-9f8e7d6c5b4a3210';
const model = modelAt('http://127.0.0.1:1/v1', { expect: {}, endpoint: { apiKeys: [key] } });
const meets = createExpectations();
const redact = createRedaction(secretsOf(model));

function resultOf(status: number, headers: Record<string, string>, body: Buffer) {
  return finished({ model, redact }, { status, headers, body }).result;
}

const words = fc.constantFrom(
  'error',
  'message',
  'choices',
  'content',
  'code',
  'type',
  'finish_reason',
  'usage',
  'detail',
  'model',
  'refusal',
  'details',
  'innererror',
);
const leaf = fc.oneof(
  fc.string(),
  fc.constantFrom(
    key,
    `bad ${key}`,
    'length',
    'stop',
    'rate_limit_exceeded',
    'model not found',
    '<think>',
    '__proto__',
    'constructor',
  ),
  fc.integer(),
  fc.constant(null),
  fc.boolean(),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(words, tie('json'), { maxKeys: 4 }),
  ),
}));
const chat = fc.record({
  choices: fc.array(fc.record({ message: json, finish_reason: leaf, error: fc.option(json) }), {
    maxLength: 2,
  }),
  usage: json,
  error: fc.option(json),
});
const body = fc.oneof(
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.oneof(json, chat).map((value) => Buffer.from(JSON.stringify(value))),
);
const headers = fc.dictionary(
  fc.constantFrom('retry-after', 'location', 'content-type', 'x-ratelimit-remaining-tokens'),
  fc.string(),
);

describe('judge', () => {
  it('finds a known reason for any reply, shows no secret, and is never healthy without text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 999 }), headers, body, (status, sent, bytes) => {
        const result = resultOf(status, sent, bytes);
        expect(reasons).toContain(result.reason);
        expect([result.detail, result.response, result.responseModel].join(' ')).not.toContain(key);
        expect(result.detail?.length ?? 0).toBeLessThanOrEqual(300);
        expect(result.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
        if (result.reason === 'ok') expect(result.response).toMatch(/\S/);
        if (status >= 300)
          expect(result.outcome === 'healthy' ? result.reason : 'output_truncated').toBe('output_truncated');
      }),
      { numRuns: amount(3_000, 500) },
    );
  });

  it.each([
    'model/',
    'model ',
    'quota limit ',
    'a.',
    'a',
    '<title',
    '<!-- -->',
    'per a day ',
    'key=',
    'https://a?',
  ])('judges a long text of %j alone in linear time', (part) => {
    const long = part.repeat(100_000);
    const took = processorMs(() => {
      resultOf(400, {}, Buffer.from(JSON.stringify({ error: { message: long } })));
      resultOf(404, {}, Buffer.from(long));
      resultOf(200, {}, Buffer.from(JSON.stringify({ choices: [{ message: { content: long } }] })));
    });
    // What was quadratic took many seconds.
    expect(took).toBeLessThan(2_500);
  });

  it('judges a long text of reasoning marks alone in linear time', () => {
    const content = '<think>'.repeat(100_000);
    const took = processorMs(() => {
      expect(
        resultOf(200, {}, Buffer.from(JSON.stringify({ choices: [{ message: { content } }] }))).reason,
      ).toBe('empty_response');
    });
    // What was quadratic took many seconds.
    expect(took).toBeLessThan(2_500);
  });

  it.each([200, 500])(
    'reads replies of functions inside each other to a limited depth, with status %i',
    (status) => {
      for (const [from, to] of [
        ['[', ']'],
        ['', ''],
      ]) {
        const text = `${`{"statusCode":500,"body":${from}`.repeat(5_000)}{}${`${to}}`.repeat(5_000)}`;
        expect(resultOf(status, {}, Buffer.from(text)).reason).not.toBe('internal_error');
      }
      const body = JSON.stringify({
        statusCode: 429,
        body: [{ statusCode: 429, body: { message: 'Rate exceeded' } }],
      });
      expect(resultOf(500, {}, Buffer.from(body)).reason).toBe('rate_limited');
    },
  );

  it('does not match words of the request as words of the error', () => {
    const asked = { ...model, query: 'Is the server overloaded?', modelName: 'rate-limited-9' };
    const said = JSON.stringify({
      error: { message: 'rate-limited-9 cannot answer "Is the server overloaded?"' },
    });
    const reply = { status: 400, headers: {}, body: Buffer.from(said), overLimit: false };
    expect(
      judge(reply, { model: asked, dialect: dialectFor('openai', 'chat')!, meets, reading: null }).reason,
    ).toBe('invalid_request');
  });
});

const plain = { cut: false, signsWanted: false, question: 'What is the capital of India?' };

describe('degenerate answer', () => {
  it.each([
    '//////////////////////',
    'the the the the the the the the the',
    '!!!!\n!!!!\n!!!!\n!!!!\n!!!!\n'.repeat(3),
    '!!!!!!!!',
    '的的的的的的的的',
    '0 0 0 0 0 0 0 0',
    'The capital of India is\ufffd\ufffd\ufffd',
    '?,. !;: ,,. ::',
    'New\ufffd\ufffd',
    '<unk><unk>New',
    'New!!!!!!!!!!!!!!!!',
    'MethodInfoyageegebensatunya amatööri Ilmais 拿着 ру',
  ])('detects %j', (text) => {
    expect(brokenText(text, plain)).not.toBeNull();
  });

  it('allows symbols if symbols are requested', () => {
    expect(brokenText('?,. !;: ,,. ::', { ...plain, signsWanted: true })).toBeNull();
  });

  it.each([
    'no no',
    'New Delhi',
    '',
    'aaaa',
    'The capital of India is New Delhi, the capital of India.',
    '新德里',
    '印度的首都是新德里。',
    'New Delhi (नई दिल्ली)',
    '42',
    '$4.50',
    '100000000',
    '3.141592653589793',
    '2026-11-28 07:30',
    '+1 (555) 123-4567',
    '```json\n{"city":"New Delhi"}\n```',
    '{"a":[1,2],"b":{}}',
    'for (let i = 0; i < n; i++) { sum += a[i]; }',
    'hello, привет, 你好, नमस्ते',
    '**New Delhi**',
    'Donaudampfschifffahrtsgesellschaft',
    'सही उत्तर नई दिल्ली है।',
    'Столица Индии — Нью-Дели.',
    'yes 👍',
  ])('does not include %j', (text) => {
    expect(brokenText(text, plain)).toBeNull();
  });
});
