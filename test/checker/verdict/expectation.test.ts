import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeAnswer, type Answer } from '../../../src/checker/verdict/answer.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { compilePattern } from '../../../src/config/schema/pattern.js';
import type { Expectation } from '../../../src/domain/model.js';

const meets = createExpectations();
const schema = { type: 'object', required: ['city'], properties: { city: { type: 'string' } } };

describe('expectation', () => {
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
  ])('is not met by %j', (text, wanted, words) => {
    expect(meets(text, wanted)?.detail).toBe(words);
  });

  it.each([
    '**New** **Delhi**',
    'New **Delhi**',
    '__New__ _Delhi_',
    'New\u200b Delhi',
    'New Del\u00adhi',
    'Ｎｅｗ　Ｄｅｌｈｉ',
    'New&nbsp;Delhi',
    'New&NBSP;Delhi',
    'New\u00a0Delhi\ufeff',
    '\u200eNew\u2060 Delhi\u200f',
    '***NEW DELHI***',
    '𝐍𝐞𝐰 𝐃𝐞𝐥𝐡𝐢',
  ])('ignores the formatting of %j', (text) => {
    expect(meets(text, { equals: ['New Delhi'] })).toBeNull();
    expect(meets(`It is ${text}!`, { contains: ['New Delhi'] })).toBeNull();
    expect(meets(`It is ${text}!`, { notContains: ['New Delhi'] })).not.toBeNull();
  });

  it.each([
    ['twenty‑one', 'twenty-one'],
    ['twenty\u2010one', 'twenty-one'],
    ['−5', '-5'],
    ['1914–1918', '1914-1918'],
    ['I don’t know', "I don't know"],
    ['“yes”', '"yes"'],
    ["l'eau", 'l’eau'],
  ])('treats %j, with typographic characters, like %j', (text, wanted) => {
    expect(meets(text, { equals: [wanted] })).toBeNull();
    expect(meets(`It is ${text}!`, { contains: [wanted] })).toBeNull();
    expect(meets(`It is ${text}!`, { notContains: [wanted] })).not.toBeNull();
  });

  it.each<[string, Expectation]>([
    ['a–b ’c’', { notContains: ['-', "'"] }],
    ['**bold**', { equals: ['**bold**'] }],
    ['x = a * b', { contains: ['a * b'] }],
    ['snake_case', { equals: ['snake_case'] }],
    ['a_b', { contains: ['_'] }],
    ['a*b', { contains: ['*'] }],
    ['R&amp;D', { contains: ['R&amp;D'] }],
    ['use &nbsp; here', { contains: ['&nbsp;'] }],
    ['\u200b', { equals: ['\u200b'] }],
    ['x²', { equals: ['x²'] }],
    ['a b', { notContains: ['*', '_', '&nbsp;', '\u200b'] }],
    ['ab', { notContains: ['a b'] }],
    ['New Delhi', { notContains: ['**'] }],
    ['5*3 = 15', { notContains: ['53'] }],
    ['2 ** 3', { notContains: ['2 3'] }],
    ['a_b', { notContains: ['ab'] }],
    ['x²', { notContains: ['x2'] }],
    ['½', { notContains: ['1'] }],
  ])('with symbols is met by %j: %j', (text, wanted) => {
    expect(meets(text, wanted)).toBeNull();
  });

  it('with symbols is not met by a text without them', () => {
    expect(meets('ab', { contains: ['*'] })).not.toBeNull();
    expect(meets('ab', { equals: ['_'] })).not.toBeNull();
    expect(meets('Mumbai', { equals: ['**'] })).not.toBeNull();
  });

  it('is met by a text that contains the expected text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'grapheme' }),
        (text, more) => {
          expect(meets(text, { equals: [text] })).toBeNull();
          expect(meets(`${more} ${text} ${more}`, { contains: [text] })).toBeNull();
        },
      ),
    );
  });

  describe('with a recursive schema', () => {
    const kinds = ['sum', 'product'].map((kind) => ({
      type: 'object',
      properties: { left: { $ref: '#' }, right: { $ref: '#' }, const: { const: kind } },
      required: ['left'],
    }));
    const tree = { anyOf: [...kinds, { type: 'number' }] };
    const nested = (depth: number, inner: string) =>
      `${'{"left":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;

    it('is met at any depth', () => {
      for (const depth of [0, 5, 63]) expect(meets(nested(depth, '1'), { json: tree })).toBeNull();
      expect(meets(nested(2, '{"left":1,"right":{"left":2,"const":"product"}}'), { json: tree })).toBeNull();
    });

    it('fails fast for an answer whose alternatives double with each level', () => {
      const missed = meets(nested(60, '"x"'), { json: tree });
      expect(missed?.detail).toBe('the answer misses the schema: it takes too many steps to compare');
      expect(meets(nested(3, '"x"'), { json: tree })?.detail).toMatch(/must be (?:object|number)$/);
    });

    it('does not change values and names of the operator', () => {
      const json = {
        properties: { enum: { $ref: '#/definitions/const' }, $ref: { type: 'string' } },
        definitions: { const: { enum: [{ $ref: 'x' }, [{ $ref: 'y' }]] } },
      };
      expect(meets('{"enum":{"$ref":"x"},"$ref":"z"}', { json })).toBeNull();
      expect(meets('{"enum":[{"$ref":"y"}]}', { json })).toBeNull();
      expect(meets('{"enum":1}', { json })?.detail).toContain('/enum must be equal to one of');
      expect(meets('{"$ref":1}', { json })?.detail).toContain('/$ref must be string');
    });
  });

  it('for the model applies to the model name in the reply', () => {
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

  it('for an exact text accepts a repeated token', () => {
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

describe('JSON schema', () => {
  it.each([
    { $id: 'https://a.test/city', type: 'object', required: ['city'] },
    { type: 'object', properties: { city: { $id: '#city', type: 'string' } }, required: ['city'] },
    {
      type: 'object',
      required: ['city'],
      definitions: { name: { $id: 'https://a.test/name', type: 'string' } },
    },
    {
      type: 'object',
      required: ['city'],
      properties: { city: { $ref: '#name' } },
      definitions: { name: { $id: '#name', type: 'string' } },
    },
  ])('may contain identifiers: %j', (json) => {
    expect(meets('{"city": "New Delhi"}', { json })).toBeNull();
    expect(meets('{}', { json })?.detail).toContain('required property');
  });
});

describe('pattern', () => {
  it('reads at least as many characters as it requires, or is refused in the configuration', () => {
    for (const wanted of [10, 100, 300, 340, 350, 355, 360, 400, 500, 1_000]) {
      const regex = `^x{${wanted}}$`;
      let accepted = true;
      try {
        compilePattern(regex);
      } catch {
        accepted = false;
      }
      expect([wanted, accepted]).toEqual([wanted, wanted < 360]);
      if (accepted) expect(meets('x'.repeat(wanted), { regex })).toBeNull();
    }
  });

  it('reports how much of a long answer was read', () => {
    expect(meets(`${'a'.repeat(70_000)}b`, { regex: 'b' })?.detail).toMatch(
      /^the answer does not match b in its first \d+ characters$/,
    );
    expect(meets('a', { regex: 'b' })?.detail).toBe('the answer does not match b');
  });
});
