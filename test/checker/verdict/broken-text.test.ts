import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { capabilities, dialectFor } from '../../../src/checker/ask/dialects.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { judge } from '../../../src/checker/verdict/judge.js';
import { readStream } from '../../../src/checker/verdict/stream-reading.js';
import type { Expectation, Probe } from '../../../src/domain/model.js';
import { outcomeFor } from '../../../src/domain/reason.js';
import { modelAt } from '../model.js';
import { amount } from '../../slow.js';

const meets = createExpectations();
const chats = Object.entries(capabilities).flatMap(([provider, probes]) =>
  probes
    .filter((probe) => ['chat', 'chat_stream', 'completion', 'responses'].includes(probe))
    .filter(() => provider !== 'custom' && provider !== 'bedrock')
    .map((probe) => [provider, probe] as const),
);

/** A whole reply of each API, and one part of a stream. */
function replyOf(provider: string, probe: Probe, text: string, cut: boolean): string {
  const stop = cut ? 'length' : 'stop';
  const sse = (...events: unknown[]): string =>
    events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const streams = probe === 'chat_stream';
  if (probe === 'responses')
    return JSON.stringify({
      output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
      ...(cut
        ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
        : { status: 'completed' }),
    });
  if (provider.startsWith('anthropic')) {
    const reason = cut ? 'max_tokens' : 'end_turn';
    if (!streams) return JSON.stringify({ content: [{ type: 'text', text }], stop_reason: reason });
    return sse(
      { type: 'content_block_delta', delta: { type: 'text_delta', text } },
      { type: 'message_delta', delta: { stop_reason: reason } },
      { type: 'message_stop' },
    );
  }
  if (provider === 'gemini') {
    const reply = {
      candidates: [{ content: { parts: [{ text }] }, finishReason: cut ? 'MAX_TOKENS' : 'STOP' }],
    };
    return streams ? sse(reply) : JSON.stringify(reply);
  }
  if (provider.startsWith('cohere')) {
    const reason = cut ? 'MAX_TOKENS' : 'COMPLETE';
    if (!streams)
      return JSON.stringify({ message: { content: [{ type: 'text', text }] }, finish_reason: reason });
    return sse(
      { type: 'content-delta', delta: { message: { content: { text } } } },
      { type: 'message-end', delta: { finish_reason: reason } },
    );
  }
  if (provider === 'ollama')
    return `${JSON.stringify({ message: { content: text }, done: true, done_reason: stop })}\n`;
  if (streams)
    return `${sse({ choices: [{ delta: { content: text } }] }, { choices: [{ delta: {}, finish_reason: stop }] })}data: [DONE]\n\n`;
  return JSON.stringify({ choices: [{ message: { content: text }, text, finish_reason: stop }] });
}

function judged(provider: string, probe: Probe, text: string, cut: boolean, wanted: Expectation = {}) {
  const model = { ...modelAt('http://127.0.0.1:1'), provider, probe, expect: wanted };
  const dialect = dialectFor(provider, probe);
  if (dialect === null) throw new Error(`${provider} has no ${probe}`);
  const body = Buffer.from(replyOf(provider, probe, text, cut));
  const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
  reading?.push(body);
  reading?.end();
  const { reason } = judge(
    { status: 200, headers: {}, body, overLimit: false },
    { model, dialect, meets, reading },
  );
  return { reason, outcome: outcomeFor(reason, {}) };
}

const syllable = fc.constantFrom(
  'the',
  'a',
  ' of',
  'ing',
  '的',
  '!',
  'を',
  'user',
  'New',
  '0',
  'да',
  '. ',
  '\n',
);
const repeatedToken = fc
  .tuple(syllable, fc.integer({ min: 20, max: 400 }))
  .map(([one, times]) => one.repeat(times));
const repeatedPhrase = fc
  .tuple(
    fc.constantFrom('I am ', 'The capital of India is ', 'New Delhi. ', 'ok\n', '答案是'),
    fc.integer({ min: 6, max: 60 }),
  )
  .map(([phrase, times]) => phrase.repeat(times));
const lateRepeat = fc
  .tuple(
    fc.constantFrom('The capital', 'New Delhi', 'It is'),
    fc.constantFrom('!', ' ha', '。', '\u00a0-', '0'),
  )
  .map(([start, token]) => start + token.repeat(60));
const signs = fc
  .array(fc.constantFrom(...'! ? . , ; : # * & % @ ~ ^ | - _ = + < > /'.split(' ')), {
    minLength: 8,
    maxLength: 60,
  })
  .map((all) => all.join(''));
const undecoded = fc
  .tuple(fc.string({ maxLength: 4 }), fc.integer({ min: 3, max: 40 }))
  .map(([around, times]) => `${around}${'\ufffd'.repeat(times)}${around}`)
  .filter((text) => !text.includes('<'));
const dead = fc
  .array(fc.constantFrom('<unk>', '<pad>', '<|reserved_token_7|>', '<unused12>', '[PAD]'), {
    minLength: 3,
    maxLength: 20,
  })
  .map((all) => all.join(' '));
const pieces = 'amatööri Ilmais 拿着 руда нич MethodInfo تشين 하는 ingly ของ εται यह'.split(' ');
const salad = fc
  .array(fc.constantFrom(...pieces), { minLength: 6, maxLength: 20 })
  .map((all) => `拿着 руда ${all.join(' ')} 하는`);
const broken = fc
  .oneof(repeatedToken, repeatedPhrase, lateRepeat, signs, undecoded, dead, salad)
  .filter((text) => text.trim().length >= 8);

describe.each(chats)('broken text from %s by %s', (provider, probe) => {
  it('is never healthy, with any finish reason', () => {
    fc.assert(
      fc.property(broken, fc.boolean(), (text, cut) => {
        expect(judged(provider, probe, text, cut).outcome).not.toBe('healthy');
        const expected = judged(provider, probe, text, cut, { contains: ['Mumbai'] });
        expect(expected.outcome).not.toBe('healthy');
      }),
      { numRuns: amount(150, 15) },
    );
  });

  it.each([
    'New Delhi',
    '新德里',
    '42',
    '$4.50',
    '```json\n{"city":"New Delhi"}\n```',
    'Нью-Дели',
    'नई दिल्ली',
    'def f(x):\n    return x * 2',
    'Yes.',
    '👍',
  ])('does not include %j', (text) => {
    expect(judged(provider, probe, text, false).reason).toBe('ok');
  });
});

it('symbols are a good answer if they are expected literally', () => {
  const text = '👍'.repeat(12);
  for (const wanted of [{ equals: [text] }, { regex: '^👍+$' }])
    expect(judged('openai', 'chat', text, false, wanted).reason).toBe('ok');
});

describe('question that asks for repetition', () => {
  const asked = (query: string, text: string, cut: boolean, wanted: Expectation = {}) => {
    const model = { ...modelAt('http://127.0.0.1:1'), query, expect: wanted };
    const dialect = dialectFor(model.provider, 'chat')!;
    const body = Buffer.from(replyOf(model.provider, 'chat', text, cut));
    return judge(
      { status: 200, headers: {}, body, overLimit: false },
      { model, dialect, meets, reading: null },
    ).reason;
  };
  const hello = 'hello '.repeat(50);

  it.each([
    ['Repeat the word hello 50 times.', hello],
    ['Write hello 50 times, one each line', 'hello\n'.repeat(50)],
    ['Say hello fifty times', Array.from({ length: 50 }, (_, index) => `${index + 1}. Hello`).join('\n')],
    ['重复“你好”二十次', '你好'.repeat(20)],
  ])('%j accepts the requested repetition', (query, text) => {
    expect(asked(query, text, false)).toBe('ok');
    expect(asked(query, text.slice(0, -3), true)).toBe('ok');
    expect(asked(query, text, false, { contains: [text.slice(0, 2)] })).toBe('ok');
  });

  it.each([
    ['Repeat the word hello 50 times.', 'The!'.repeat(40)],
    ['Repeat the word hello 50 times.', '!'.repeat(80)],
    ['What is 50 times 2, and what is hello?', hello],
    ['What is the capital of India?', hello],
  ])('%j rejects any other repetition', (query, text) => {
    expect(asked(query, text, false)).toBe('unexpected_answer');
    expect(asked(query, text, false, { contains: [text.slice(0, 2)] })).toBe('unexpected_answer');
  });
});
