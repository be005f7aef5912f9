import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { missesChallenge } from '../../../src/checker/verdict/challenge-answer.js';
import { challengeOf, type Challenge } from '../../../src/domain/challenge.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const challenges = fc
  .tuple(seeds, fc.constantFrom('chat', 'chat_stream', 'responses', 'completion'))
  .map(([seed, probe]) => challengeOf(seed, probe));

const pair: Challenge = { kind: 'words', question: 'Say: river apple', answer: 'river apple', other: null };
const repeat: Challenge = {
  kind: 'code',
  question: 'Répète ce code : amber417',
  answer: 'amber417',
  other: null,
};
const next: Challenge = { kind: 'next', question: 'What comes after 41762?', answer: '41763', other: null };
const larger: Challenge = { kind: 'larger', question: 'Larger: 417 or 893?', answer: '893', other: '417' };

const fullWidth = (text: string): string =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

/** With the digits of another script, whose zero is this one. */
const digitsOf =
  (zero: string) =>
  (text: string): string =>
    text.replace(/\d/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));

/** Ways in which models write a right word. */
const forms: readonly ((answer: string) => string)[] = [
  (answer) => answer,
  (answer) => answer.toUpperCase(),
  (answer) => `${answer}.`,
  (answer) => `"${answer}"`,
  (answer) => `“${answer}”`,
  (answer) => `**${answer}**`,
  (answer) => `_${answer}_`,
  (answer) => `\`${answer}\``,
  (answer) => `\`\`\`\n${answer}\n\`\`\``,
  (answer) => `The answer is ${answer}.`,
  (answer) => `Sure! The answer is:\n\n${answer}\n\nLet me know if you need anything else.`,
  (answer) => `Die Antwort lautet ${answer}.`,
  (answer) => `答えは${fullWidth(answer)}です。`,
  (answer) => `{"answer": "${answer}"}`,
  (answer) => `${answer}<|im_end|>`,
  (answer) => `\\boxed{${answer}}`,
  (answer) => `\u200b${answer}\u00a0`,
  (answer) => `- ${answer}`,
  // Arabic, Persian, Hindi, Bengali, Thai, and those of mathematics.
  ...['٠', '۰', '०', '০', '๐', '𝟎'].map(digitsOf),
];

describe('an answer to a fresh question', () => {
  it('is right in each form in which models write it', () => {
    fc.assert(
      fc.property(challenges, fc.constantFrom(...forms), (challenge, form) => {
        expect(missesChallenge(form(challenge.answer), challenge)).toBeNull();
      }),
    );
  });

  it('is right behind the repeated question', () => {
    fc.assert(
      fc.property(challenges, fc.constantFrom(': ', '\n', ' -> ', '\n\n> '), (challenge, between) => {
        const text = `${challenge.question}${between}${challenge.answer}`;
        expect(missesChallenge(text, challenge)).toBeNull();
      }),
    );
  });

  it('is wrong where it only repeats the question', () => {
    fc.assert(
      fc.property(
        challenges,
        fc.constantFrom('', 'You asked: ', 'echo '),
        fc.constantFrom('', '.', '\n'),
        (challenge, before, after) => {
          const text = `${before}${challenge.question}${after}`;
          expect(missesChallenge(text, challenge)?.detail).toBe(`not the answer to "${challenge.question}"`);
        },
      ),
    );
  });

  it('is wrong where it answers another question', () => {
    fc.assert(
      fc.property(challenges, challenges, fc.constantFrom(...forms), (challenge, earlier, form) => {
        fc.pre(challenge.answer !== earlier.answer);
        expect(missesChallenge(form(earlier.answer), challenge)).not.toBeNull();
      }),
    );
  });

  it('is wrong where it is no answer to any', () => {
    fc.assert(
      fc.property(challenges, fc.string({ unit: 'binary', maxLength: 100 }), (challenge, text) => {
        fc.pre(!text.toLowerCase().includes(challenge.answer));
        expect(missesChallenge(text, challenge)).not.toBeNull();
      }),
    );
  });

  it.each([
    [pair, 'River apple!'],
    [pair, 'river-apple'],
    [pair, 'The words are "river" and "apple".'],
    [pair, '1. river\n2. apple'],
    [repeat, 'Amber 417'],
    [repeat, 'amber-417'],
    [repeat, 'Le code est « amber417 ».'],
    [repeat, 'Repete ce code : amber417\namber417'],
    [next, '41,763'],
    [next, '41.763'],
    [next, '41 763'],
    [next, '41’763'],
    [next, 'After 41,762 comes 41,763.'],
    [next, '４１７６３'],
    [larger, '893 is larger than 417.'],
    [larger, '893 > 417'],
    [larger, '417 < 893'],
    [larger, '417 is smaller than 893.'],
    [larger, 'Between 417 and 893, the larger is 893.'],
    [larger, 'Of 893 and 417, 893 is larger.'],
    [larger, '893 is larger; 417 is smaller.'],
    [larger, '893 ist größer als 417.'],
    [larger, '417 est plus petit que 893.'],
    [larger, 'max(417, 893) = 893'],
    [pair, "Okay, I'll say: river apple."],
    [pair, 'You asked me to say: river apple'],
    [pair, 'SAY: RIVER APPLE'],
    [pair, '"River" followed by "apple".'],
    [pair, 'The first word is river and the second word is apple.'],
    [pair, 'RiverApple'],
    [repeat, 'Bien sûr, je répète ce code : amber417'],
    [repeat, 'amber417amber417'],
    [next, '$$41{,}763$$'],
    [next, '\\(41\\,763\\)'],
    [next, 'It is the 41763rd.'],
    [larger, '417 is not larger; 893 is.'],
    [larger, 'Not 417, but 893.'],
    [larger, 'Comparing 417 with 893, 893 is larger.'],
    [larger, 'Compared to 417, 893 is larger.'],
    [larger, '417 vs. 893 → 893'],
    [larger, '417 ≤ 893'],
    [larger, '417 is smaller'],
    [larger, '<answer>893</answer>'],
    [larger, 'Compare the hundreds: 417 has 4 and 893 has 8, so 893 is larger.'],
    [larger, "Let's compare:\n- 417\n- 893\n\n893 is larger."],
    [larger, 'The hundreds digits:\n\n417: 4\n893: 8\n\nSince 8 > 4, 893 is larger.'],
    [larger, '893 is larger, since 417 only has 4 hundreds.'],
    [larger, 'Im Vergleich zu 417 ist 893 größer.'],
    [larger, 'Par rapport à 417, 893 est plus grand.'],
    [larger, 'Comparando 417 con 893, el mayor es 893'],
  ])('to %j is right: %s', (challenge, text) => {
    expect(missesChallenge(text, challenge)).toBeNull();
  });

  it.each([
    [pair, 'apple river'],
    [pair, 'river'],
    [pair, 'rivers apples'],
    [pair, 'Say: river apple'],
    [pair, 'Say: river table. Say: river apple'],
    [repeat, 'amber'],
    [repeat, '417'],
    [repeat, 'amber4170'],
    [repeat, 'chamber417'],
    [repeat, 'amber 41 7'],
    [next, '41762'],
    [next, '141763'],
    [next, '41,7631'],
    [next, '4.1763'],
    [larger, '417'],
    [larger, '417 is larger than 893.'],
    [larger, '893 is smaller than 417.'],
    [larger, '893 < 417'],
    [larger, '893 is not larger than 417.'],
    [larger, 'Comparing 893 with 417, 417 is larger.'],
    [larger, '893 vs 417: 417'],
    [larger, '417, not 893'],
    [larger, '417\n893\n417'],
    [larger, '417 is larger; 893 is smaller.'],
    [larger, '417 and 893'],
    [larger, '8930'],
    [larger, 'The capital of India is New Delhi.'],
  ])('to %j is wrong: %s', (challenge, text) => {
    expect(missesChallenge(text, challenge)).not.toBeNull();
  });

  it.each([
    [true, repeat, 'The'],
    [true, pair, 'river'],
    [true, pair, 'The words are: river app'],
    [false, pair, 'Say: river apple'],
    [true, repeat, 'Le code est : amb'],
    [true, repeat, 'The code that you have given is amber4'],
    [false, repeat, 'I cannot help you with that request'],
    [false, repeat, 'Répète ce code : amber417'],
    [true, pair, 'Sure! The first word that you want is river'],
    [true, next, 'The number that comes directly after 41762 in the sequence of'],
    [false, next, '41764 is the number that follows 41762 in'],
    [true, larger, 'To determine which of 417 and 893 is larger, we'],
    [false, larger, '417 is larger than 893 by far and'],
    [false, pair, 'Hello! I am a language model. How can I'],
    [true, larger, 'The larger one is 8'],
    [false, larger, '417'],
  ])('may be cut (%s) to %j: %s', (begun, challenge, text) => {
    expect(missesChallenge(text, challenge)?.begun).toBe(begun);
  });
});
