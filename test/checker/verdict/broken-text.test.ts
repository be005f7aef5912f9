import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Expectation } from '../../../src/domain/model.js';
import { amount } from '../../slow.js';
import { chats, judged } from './judged.js';

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
        const expected = judged(provider, probe, text, cut, { expected: { contains: ['Mumbai'] } });
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
    expect(judged('openai', 'chat', text, false, { expected: wanted }).reason).toBe('ok');
});

describe('question that asks for repetition', () => {
  const asked = (query: string, text: string, cut: boolean, expected: Expectation = {}) =>
    judged('openai_compatible', 'chat', text, cut, { expected, query }).reason;
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
