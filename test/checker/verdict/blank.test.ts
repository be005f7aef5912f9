import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeAnswer, type Answer } from '../../../src/checker/verdict/answer.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { outcomeFor } from '../../../src/domain/reason.js';
import { amount } from '../../slow.js';
import { chats, countsReasoning, judged } from './judged.js';

const blanks = [
  ' ',
  '\n',
  '\t',
  '\r\n',
  '\u00a0',
  '\u3000',
  '\u2028',
  '\u200b',
  '\u200d',
  '\u2060',
  '\ufeff',
];
const unseen = [
  '\u3164',
  '\uffa0',
  '\u115f',
  '\u1160',
  '\u2800',
  '\u034f',
  '\ufe0f',
  '\u00ad',
  '\u180e',
  '\0',
];
/** Reasoning that says nothing is no reasoning. */
const marks = ['<think>\n</think>', '<think>'];
const blank = fc
  .array(fc.constantFrom(...blanks, ...unseen, ...marks), { minLength: 1, maxLength: 40 })
  .map((all) => all.join(''))
  .filter((text) => text.replaceAll(/<\/?think>/g, '') !== '');
const output = fc.integer({ min: 0, max: 2_000 });
const finish = fc.constantFrom<Answer['finish']>(
  'stop',
  'length',
  'filtered',
  'called',
  'error',
  'other',
  null,
);
const expected = fc.constantFrom(
  {},
  { contains: ['New Delhi'] },
  { minLength: 1 },
  { regex: '(?s).*' },
  { json: {} },
);

describe.each(chats)('answer of blanks from %s by %s', (provider, probe) => {
  it('is never healthy, with any finish reason and any count of tokens', () => {
    const counted = fc.option(fc.record({ output, reasoning: fc.constantFrom(0, undefined) }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(blank, fc.boolean(), counted, expected, (text, cut, tokens, wanted) => {
        const { reason } = judged(provider, probe, text, cut, { counted: tokens, expected: wanted });
        expect(reason).toBe('empty_response');
      }),
      { numRuns: amount(100, 30) },
    );
  });

  it('may be cut reasoning if usage counts some', () => {
    const reasoning = countsReasoning(provider) ? 16 : undefined;
    const { reason } = judged(provider, probe, '\n', true, { counted: { output: 16, reasoning } });
    expect(reason).toBe(reasoning === undefined ? 'empty_response' : 'output_truncated');
  });
});

describe.each(chats)('answer of no characters from %s by %s', (provider, probe) => {
  const cutAfter = (tokens: number, reasoning?: number) =>
    judged(provider, probe, '', true, { counted: { output: tokens, reasoning } }).reason;

  it('may be cut reasoning if the limit was used up and nothing says otherwise', () => {
    expect(cutAfter(1_024)).toBe('output_truncated');
    expect(cutAfter(16)).toBe('output_truncated');
  });

  it('is empty if the model stopped long before the limit, whatever its finish reason', () => {
    expect(cutAfter(1)).toBe('empty_response');
    expect(cutAfter(7)).toBe('empty_response');
    expect(cutAfter(0)).toBe('empty_response');
  });

  it('is empty if usage counts reasoning and there was none', () => {
    if (countsReasoning(provider)) expect(cutAfter(16, 0)).toBe('empty_response');
  });
});

describe('answer without a visible character', () => {
  it('is never healthy unless reasoning was shown or counted', () => {
    const meets = createExpectations();
    const reasoningTokens = fc.constantFrom(undefined, null, 0);
    const usage = fc.option(output.map((outputTokens) => ({ inputTokens: 9, outputTokens })));
    const reasoning = fc.oneof(fc.constant(''), blank);
    fc.assert(
      fc.property(blank, finish, usage, reasoningTokens, reasoning, (text, ...rest) => {
        const [ended, counted, thought, shown] = rest;
        const answer: Answer = {
          text,
          reasoning: shown,
          finish: ended,
          refusal: null,
          usage: counted,
          model: null,
          ...(thought !== undefined && { reasoningTokens: thought }),
        };
        const asked = {
          expect: {},
          modelName: 'm',
          query: 'What is the capital of India?',
          systemPrompt: null,
        };
        const { reason } = judgeAnswer(answer, asked, meets);
        expect(outcomeFor(reason, {})).not.toBe('healthy');
      }),
      { numRuns: amount(2_000, 300) },
    );
  });

  const reasonOf = (changes: Partial<Answer>, limit: number, modelName = 'm') =>
    judgeAnswer(
      { text: '', reasoning: '', finish: 'length', refusal: null, usage: null, model: null, ...changes },
      {
        expect: {},
        modelName,
        query: 'What is the capital of India?',
        systemPrompt: null,
        sentLimit: () => limit,
      },
      createExpectations(),
    ).reason;
  const spent = (outputTokens: number) => ({ usage: { inputTokens: 9, outputTokens } });

  it.each(['\n', '\n\n', ' ', '<think>\n', '<think>\n\n'])('may begin an answer: %j', (text) => {
    expect(reasonOf({ text, ...spent(2) }, 2)).toBe('output_truncated');
    expect(reasonOf({ text, ...spent(16) }, 16)).toBe('empty_response');
  });

  it('may be the reasoning of a model that is known to reason, whatever zeros and the limit say', () => {
    expect(reasonOf({ ...spent(256) }, 1_024, 'o3-mini')).toBe('output_truncated');
    expect(reasonOf({ ...spent(1_024), reasoningTokens: 0 }, 1_024, 'deepseek-r1')).toBe('output_truncated');
    expect(reasonOf({ ...spent(256) }, 1_024, 'gpt-4o')).toBe('empty_response');
    expect(reasonOf({ ...spent(16) }, 1_024, 'o3-mini')).toBe('empty_response');
  });
});
