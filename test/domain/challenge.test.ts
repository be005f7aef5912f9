import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  challengedProbes,
  challengeOf,
  challengeWordings,
  continuedWordings,
  longestChallenge,
} from '../../src/domain/challenge.js';
import { challengeWords } from '../../src/domain/challenge-words.js';
import { challengeAnswer } from '../../src/simulator/challenge-answer.js';

const challenges = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(...challengedProbes))
  .map(([seed, probe]) => challengeOf(seed, probe));

const shapes = {
  words: /^([a-z]{3,5}) (?!\1$)[a-z]{3,5}$/,
  code: /^[a-z]{3,5}\d{3}$/,
  next: /^\d{5}$/,
  larger: /^\d{3}$/,
};

describe('a fresh question', () => {
  it('is short, and has one answer of one or two words', () => {
    fc.assert(
      fc.property(challenges, ({ kind, question, answer, other }) => {
        expect(question.length).toBeLessThanOrEqual(longestChallenge);
        expect(answer).toMatch(shapes[kind]);
        expect(question.includes(answer)).toBe(kind !== 'next');
        if (kind === 'larger') expect(Number(answer)).toBeGreaterThan(Number(other));
      }),
    );
  });

  it('is the same for one seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        expect(challengeOf(seed, 'chat')).toEqual(challengeOf(seed, 'chat'));
      }),
    );
  });

  it('has each kind and each wording', () => {
    const asked = Array.from({ length: 2_000 }, (_, seed) => challengeOf(seed, 'chat').question);
    for (const wording of Object.values(challengeWordings).flat()) {
      const [before = ''] = wording.split('{}');
      const isAsked = (question: string): boolean => question.startsWith(before);
      expect([wording, asked.some(isAsked)]).toEqual([wording, true]);
    }
    const continued = Array.from({ length: 50 }, (_, seed) => challengeOf(seed, 'completion').question);
    expect(new Set(continued.map((text) => text.replace(/ [a-z]+ [a-z]+/, ' {} {}')))).toEqual(
      new Set(continuedWordings),
    );
  });

  it('hardly ever comes twice, so that no cache holds them all', () => {
    for (const probe of challengedProbes) {
      // Seeds that differ by little, too.
      const asked = Array.from({ length: 20_000 }, (_, seed) => challengeOf(seed, probe).question);
      expect([probe, new Set(asked).size > 19_600]).toEqual([probe, true]);
    }
  });

  it('is answered by the simulator', () => {
    fc.assert(
      fc.property(challenges, fc.constantFrom('', 'Be brief.\n\n'), ({ question, answer }, before) => {
        expect(challengeAnswer(before + question)).toBe(answer);
      }),
    );
  });

  it('has words that are no part of a wording', () => {
    const wordings = [...Object.values(challengeWordings).flat(), ...continuedWordings].join(' ');
    const words = new Set(wordings.toLowerCase().match(/\p{L}+/gu));
    expect(challengeWords.filter((word) => words.has(word))).toEqual([]);
    expect(challengeWords.filter((word) => !/^[a-z]{3,5}$/.test(word))).toEqual([]);
    expect(new Set(challengeWords).size).toBe(challengeWords.length);
    expect(challengeWords.length).toBeGreaterThanOrEqual(512);
  });
});
