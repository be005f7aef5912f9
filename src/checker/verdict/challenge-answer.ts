import type { Challenge } from '../../domain/challenge.js';
import { namesBoth, namesLarger } from './larger-number.js';

/** Characters of an answer that are read, at its beginning and at its end. */
const longestRead = 4_096;
/** A text that was cut below this length may be the beginning of a sentence with the answer. */
const shortOfAnswer = 9;
/** A decimal digit of another script as one of ASCII: Unicode has those of a script in a row, from 0 to 9. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

/** The text in plain letters: without accents, marks and letter widths. Marks are limited, since normalizing many takes quadratic time. */
function plain(text: string): string {
  const near =
    text.length <= 2 * longestRead ? text : `${text.slice(0, longestRead)}\n${text.slice(-longestRead)}`;
  const shown = near.replace(/\p{Cf}/gu, '').replace(/(\p{M}{4})\p{M}+/gu, '$1');
  const bare = shown.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('_', ' ');
  return bare.replace(/(?![0-9])\p{Nd}/gu, asciiDigit).replace(/[٫٬]/g, ',');
}

/** Latin letters and digits in a row: other scripts have no space beside them. */
const wordsOf = (text: string): readonly string[] => text.match(/[a-z0-9]+/gi) ?? [];

/** Digits without the marks between thousands: a comma, a point, an apostrophe or a space of any width, also as LaTeX has them. */
const ungrouped = (text: string): string =>
  text
    .replace(/\{,\}|\\[,;: ]/g, ',')
    .replace(/(?<=\b\d{1,3}(?:[,.'’\s]\d{3}){0,4})[,.'’\s](?=\d{3}\b)/gu, '');

const numbersIn = (text: string): readonly string[] => ungrouped(text).match(/\d+/g) ?? [];

function beginsAt(words: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((word, index) => words[at + index] === word);
}

/** The words without each `part` in them. */
function without(words: readonly string[], part: readonly string[]): readonly string[] {
  const rest: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    if (beginsAt(words, part, at)) at += part.length - 1;
    else rest.push(words[at] ?? '');
  }
  return rest;
}

/** True for both words in their order, whatever stands between them, or in one: `foot ball` is written `football`. */
function hasPair(words: readonly string[], answer: string): boolean {
  const [first = '', second = ''] = answer.split(' ', 2);
  const at = words.indexOf(first);
  return (at !== -1 && words.includes(second, at + 1)) || words.includes(first + second);
}

/** True for the code as one word, also said twice, or with a sign between its letters and its digits. */
function hasCode(words: readonly string[], code: string): boolean {
  const letters = code.slice(0, -3);
  const digits = code.slice(-3);
  return words.some(
    (word, at) => word.replaceAll(code, '') === '' || (word === letters && words[at + 1] === digits),
  );
}

/**
 * The words that are said, without each question in them: who repeats the whole of it has not answered it. It is repeated in its own
 * letters: `I say: river apple` is an answer to `Say: river apple`.
 */
const saidWords = (text: string, question: string): readonly string[] =>
  without(wordsOf(text), wordsOf(plain(question))).map((word) => word.toLowerCase());

function isRight(text: string, { kind, answer, other, question }: Challenge): boolean {
  switch (kind) {
    case 'words':
      return hasPair(saidWords(text, question), answer);
    case 'code':
      return hasCode(saidWords(text, question), answer);
    case 'next':
      return numbersIn(text).includes(answer);
    case 'larger':
      return other !== null && namesLarger(text.toLowerCase(), answer, other);
  }
}

/** Most answers: expressions for the numbers of each question take longer than the rest of the verdict. */
const isAnswerAlone = (text: string, { answer }: Challenge): boolean => text.trim() === answer;

/** True if the text answers the challenge, in one word or in a sentence. */
export const answersChallenge = (text: string, challenge: Challenge): boolean =>
  isAnswerAlone(text, challenge) || isRight(plain(text), challenge);

/** True if a text without the answer has what no other question has, such as one of its words, and says nothing wrong of it. */
function hasRead(text: string, { kind, answer, other, question }: Challenge): boolean {
  switch (kind) {
    case 'words':
      return answer.split(' ').some((word) => saidWords(text, question).includes(word));
    case 'code':
      return saidWords(text, question).includes(answer.slice(0, -3));
    case 'next': {
      const numbers = numbersIn(text).filter((one) => one.length >= answer.length);
      return numbers.length > 0 && numbers.every((one) => Number(one) === Number(answer) - 1);
    }
    case 'larger':
      return other !== null && namesBoth(text.toLowerCase(), answer, other);
  }
}

/** The difference between a text and the answer to a challenge; null when it answers it. Takes time linear in the text. */
export function missesChallenge(
  text: string,
  challenge: Challenge,
): { readonly detail: string; readonly begun: boolean } | null {
  if (isAnswerAlone(text, challenge)) return null;
  const said = plain(text).trim();
  if (isRight(said, challenge)) return null;
  const { question, answer, other } = challenge;
  const words = wordsOf(said.toLowerCase());
  const last = words.at(-1) ?? '';
  const isBeginning = last !== '' && !` ${answer}`.endsWith(` ${last}`) && ` ${answer}`.includes(` ${last}`);
  const isShort = said.length < shortOfAnswer && !words.includes(other ?? answer);
  return {
    detail: `not the answer to "${question}"`,
    begun: isBeginning || isShort || hasRead(said, challenge),
  };
}
