import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeAnswer, type Answer } from '../../src/checker/verdict/answer.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import type { Expectation } from '../../src/domain/model.js';
import { amount } from '../slow.js';

interface Texts {
  /** Answers that a question may have. */
  readonly good: readonly string[];
  /** Texts that no engine writes that works. */
  readonly bad: readonly string[];
  readonly met: readonly { readonly text: string; readonly expect: Expectation }[];
}

const texts = JSON.parse(readFileSync(new URL('../fixtures/texts.json', import.meta.url), 'utf8')) as Texts;
/** What follows `<think>` is not shown. */
const shown = texts.good.filter((text) => !text.includes('<think>'));
const meets = createExpectations();

function reasonOf(text: string, expected: Expectation, finish: Answer['finish'] = 'stop'): string {
  const answer: Answer = { text, reasoning: '', finish, refusal: null, usage: null, model: null };
  return judgeAnswer(
    answer,
    { expect: expected, modelName: 'm', query: 'What is the capital of India?', systemPrompt: null },
    meets,
  ).reason;
}

describe('answer without an expectation', () => {
  it.each(texts.good)('%j is accepted', (text) => {
    expect(reasonOf(text, {})).toBe('ok');
  });

  it.each(texts.bad)('%j is rejected, with any finish reason', (text) => {
    expect(reasonOf(text, {})).toBe('unexpected_answer');
    expect(reasonOf(text, {}, 'length')).toBe('unexpected_answer');
  });
});

describe('answer with an expectation', () => {
  it.each(texts.met)('$text is accepted for $expect', ({ text, expect: expected }) => {
    expect(reasonOf(text, expected)).toBe('ok');
  });

  it('is accepted in any script if it meets the expectation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shown), fc.nat(), (text, from) => {
        const words = text.split(/\s+/);
        const part = words[from % words.length] ?? text;
        expect(reasonOf(text, { equals: [text] })).toBe('ok');
        expect(reasonOf(text, { regex: '(?s).+' })).toBe('ok');
        expect(reasonOf(text, { contains: [part] })).toBe('ok');
        expect(reasonOf(JSON.stringify([text]), { json: { type: 'array' } })).toBe('ok');
      }),
      { numRuns: amount(500, 60) },
    );
  });

  it.each(['New Delhi ', 'New Delhi! ', 'the capital is New Delhi and '])(
    'is rejected if it repeats %j to the end, even if a part is expected',
    (unit) => {
      for (const text of [unit.repeat(40), `It is ${unit.repeat(40)}`])
        expect(reasonOf(text, { contains: ['New Delhi'] })).toBe('unexpected_answer');
    },
  );

  it.each(['New Delhi \ufffd\ufffd\ufffd', 'New Delhi <unk><unk>', 'New Delhi<0xE0><0xA4>'])(
    'is rejected as undecoded if it is %j, even if a part is expected',
    (text) => {
      expect(reasonOf(text, { contains: ['New Delhi'] })).toBe('unexpected_answer');
    },
  );
});
