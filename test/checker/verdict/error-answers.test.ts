import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { judgeAnswer, type Answer, type Asked } from '../../../src/checker/verdict/answer.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { outcomeFor } from '../../../src/domain/reason.js';

interface Texts {
  readonly good: readonly { readonly question: string; readonly text: string }[];
  readonly bad: readonly string[];
}

const { good, bad } = JSON.parse(
  readFileSync(new URL('../../fixtures/error-answers.json', import.meta.url), 'utf8'),
) as Texts;
const meets = createExpectations();

function reasonOf(text: string, asked: Partial<Asked> = {}): string {
  const answer: Answer = { text, reasoning: '', finish: 'stop', refusal: null, usage: null, model: null };
  const plain = { expect: {}, modelName: 'm', query: 'What is the capital of India?', systemPrompt: null };
  return judgeAnswer(answer, { ...plain, ...asked }, meets).reason;
}

describe('answer without an expectation', () => {
  it.each(good)('$text is accepted for: $question', ({ text, question }) => {
    expect(reasonOf(text, { query: question })).toBe('ok');
  });

  it.each(bad)('%j is rejected for a plain question', (text) => {
    expect(reasonOf(text)).toBe('unexpected_answer');
    expect(outcomeFor('unexpected_answer', {})).toBe('degraded');
  });
});

describe('answer that reads like an error', () => {
  it.each(bad)('%j is accepted if it is expected', (text) => {
    expect(reasonOf(text, { expect: { equals: [text] } })).toBe('ok');
  });

  it.each([
    ['Rate limit exceeded. Please try again later.', 'Which sentence does an API send with status 429?'],
    ['Service unavailable', 'What does 503 mean?'],
    ['Too Many Requests', 'Name the HTTP status 429'],
    ['{"error":{"message":"Rate limit exceeded"}}', 'Write an error of an API in JSON'],
    ['The model is overloaded.', 'Nenne den Fehler auf Englisch'],
    ['None', 'How many moons has Venus?'],
  ])('%j is accepted for a question about errors: %s', (text, query) => {
    expect(reasonOf(text, { query })).toBe('ok');
    expect(reasonOf(text, { query: 'go on', systemPrompt: query })).toBe('ok');
  });
});
