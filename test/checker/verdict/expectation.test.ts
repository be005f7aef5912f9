import { describe, expect, it } from '@jest/globals';
import { judgeAnswer, type Answer } from '../../../src/checker/verdict/answer.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import type { Expectation } from '../../../src/domain/model.js';

const meets = createExpectations();
const schema = { type: 'object', required: ['city'], properties: { city: { type: 'string' } } };

describe('an expectation', () => {
  it.each<[string, Expectation]>([
    ['The capital is NEW\n Delhi', { contains: ['new delhi', 'capital'] }],
    ['Delhi', { notContains: ['Mumbai'] }],
    [' new delhi ', { equals: ['Delhi', 'New Delhi'] }],
    ['Answer: 42', { regex: '\\b4\\d$' }],
    ['[1]', { json: true }],
    ['{"city":"Delhi"}', { json: schema }],
    ['äöü', { minLength: 3, maxLength: 3 }],
    ['anything', {}],
  ])('is met by %j', (text, wanted) => {
    expect(meets(text, wanted)).toBeNull();
  });

  it.each<[string, Expectation, string]>([
    ['Mumbai', { contains: ['Delhi'] }, 'the answer does not contain "Delhi"'],
    ['not mumbai', { notContains: ['Mumbai'] }, 'the answer contains "Mumbai"'],
    ['New Delhi.', { equals: ['New Delhi'] }, 'the answer equals none of those expected'],
    ['forty', { regex: '\\d' }, 'the answer does not match \\d'],
    ['```json\n{}\n```', { json: true }, 'the answer is not JSON'],
    ['{"city":1}', { json: schema }, 'the answer misses the schema: /city must be string'],
    ['ab', { minLength: 3 }, 'the answer has 2 characters'],
    ['abcd', { maxLength: 3 }, 'the answer has 4 characters'],
  ])('is missed by %j', (text, wanted, words) => {
    expect(meets(text, wanted)?.detail).toBe(words);
  });

  it('of the model’s name holds for what the reply names', () => {
    const answer: Answer = {
      text: 'hi',
      reasoning: '',
      finish: 'stop',
      refusal: null,
      usage: null,
      model: 'gpt-4o-2024',
    };
    const judged = (model: readonly string[], named: string | null = answer.model) =>
      judgeAnswer(
        { ...answer, model: named },
        { expect: { model }, modelName: 'm', query: 'What is the capital of India?', systemPrompt: null },
        meets,
      ).reason;
    expect(judged(['GPT-4o-2024'])).toBe('ok');
    expect(judged(['gpt-4o'])).toBe('model_mismatch');
    expect(judged(['gpt-4o'], null)).toBe('ok');
  });

  it('of exact words makes a repeated token a good answer', () => {
    const text = '-'.repeat(30);
    const answer: Answer = { text, reasoning: '', finish: 'stop', refusal: null, usage: null, model: null };
    expect(
      judgeAnswer(
        answer,
        {
          expect: { equals: [text] },
          modelName: 'm',
          query: 'What is the capital of India?',
          systemPrompt: null,
        },
        meets,
      ).reason,
    ).toBe('ok');
    expect(
      judgeAnswer(
        answer,
        { expect: {}, modelName: 'm', query: 'What is the capital of India?', systemPrompt: null },
        meets,
      ).reason,
    ).toBe('unexpected_answer');
  });
});
