import { parseJson } from '../../domain/json.js';
import { compilePattern, type Pattern } from '../../config/schema/pattern.js';
import { compileJsonSchema, type FindMiss } from '../../config/schema/json-schema-compiler.js';
import type { Expectation } from '../../domain/model.js';
import type { Meets, Miss } from './answer.js';
import { crowdIn, depthOf } from './json-or-text.js';

interface Compiled {
  readonly regex: Pattern | null;
  readonly schema: FindMiss | null;
  /** The texts of the expectation. */
  readonly parts: ReadonlyMap<string, Comparable>;
}

/** Most characters of an answer examined by a schema. */
const longestMatched = 65_536;
/** Characters of an answer compared with words, at its beginning and at its end. */
const longestCompared = 16_384;
/** Greatest depth of lists and objects that a schema validates. */
const deepest = 64;
/** Shorter text may be the beginning of a match: a pattern does not say how long its match is. */
const shortOfPattern = 8;

function compile({ regex, json, contains = [], notContains = [], equals = [] }: Expectation): Compiled {
  return {
    parts: new Map([...contains, ...notContains, ...equals].map((part) => [part, comparable(part)])),
    regex: regex === undefined ? null : compilePattern(regex),
    schema: typeof json === 'object' ? compileJsonSchema(json) : null,
  };
}

/** Normalized text. Keeps 30 marks per letter: no language has more, and they take quadratic time. */
function folded(text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) return text.replace(/\s+/g, ' ').trim().toLowerCase();
  const safe = text.replace(/(\p{M}{30})\p{M}+/gu, '$1');
  return safe.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
}

/** Emphasis, except between two letters or two spaces, as in `5*3`, `a * b` and `snake_case`. */
const emphasis = /(?<![\p{L}\p{M}\p{N}*_])[*_]{1,3}(?=[^\s*_])|(?<=[^\s*_])[*_]{1,3}(?![\p{L}\p{N}*_])/gu;
/** Letters of another width or style, and ligatures. Powers and fractions differ from their digits. */
const styled = /[\uff00-\uffef\ufb00-\ufb06\u{1d400}-\u{1d7ff}]+/gu;

/** HTML character references, which some models write. */
const named: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&#160;': ' ',
  '&shy;': '',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

/** The words only: letters in one style, without emphasis, invisible characters and HTML references. */
function plain(text: string): string {
  const decoded = text.replace(
    /&(?:nbsp|shy|amp|quot|lt|gt|#160|#39);/gi,
    (name) => named[name.toLowerCase()] ?? name,
  );
  const shown = decoded.replace(/\p{Cf}/gu, '').replace(styled, (letters) => letters.normalize('NFKC'));
  return folded(shown.replace(emphasis, ''));
}

/** Hyphens, dashes and quotes as on a keyboard: many models write typographic ones. */
function typed(words: string): string {
  return words
    .replace(/[\u2010-\u2013\u2212]/g, '-')
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c-\u201e]/g, '"');
}

/** Forms of a text for comparison. Most answers agree as written, so the others are made when they are needed. */
interface Comparable {
  readonly written: string;
  /** The words of the text. */
  words(): string;
  /** The words as typed. */
  typed(): string;
}

function comparable(text: string): Comparable {
  // What no model writes in answer to a short question is not worth the tenth of a second that a mebibyte takes.
  const near =
    text.length <= 2 * longestCompared
      ? text
      : `${text.slice(0, longestCompared)}\n${text.slice(-longestCompared)}`;
  let words: string | undefined;
  let asTyped: string | undefined;
  const wordsOf = (): string => (words ??= plain(near));
  return { written: folded(near), words: wordsOf, typed: () => (asTyped ??= typed(wordsOf())) };
}

/** Compares as written, then by words, then as typed. Parts without letters are compared as written. */
const agree = (answer: Comparable, part: Comparable, by: (text: string, part: string) => boolean): boolean =>
  by(answer.written, part.written) ||
  (part.words() !== '' && by(answer.words(), part.words())) ||
  (/[\p{L}\p{N}]/u.test(part.typed()) && by(answer.typed(), part.typed()));

/** Parses an answer as JSON; returns a text with the reason if it is not JSON. */
function parsed(text: string): { readonly value: unknown } | string {
  const crowd = crowdIn(text);
  if (crowd !== null) return `the answer has ${crowd}`;
  try {
    return { value: parseJson(text) };
  } catch {
    return 'the answer is not JSON';
  }
}

/** Difference between a text and a schema, or any JSON. */
function missesJson(text: string, schema: FindMiss | null): Miss | null {
  const answer = parsed(text);
  if (typeof answer === 'string') return { detail: answer, begun: /^\s*[[{"]/.test(text) };
  if (schema === null) return null;
  const miss = (detail: string): Miss => ({ detail, begun: false });
  if (text.length > longestMatched) return miss(`the answer is longer than ${longestMatched} characters`);
  if (depthOf(text) > deepest) return miss(`the answer is nested deeper than ${deepest}`);
  const found = schema(answer.value);
  return found === null ? null : miss(`the answer misses the schema: ${found}`);
}

function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) length += 1;
  return length;
}

function misses(text: string, expect: Expectation, { regex, schema, parts }: Compiled): Miss | null {
  const answer = comparable(text);
  const partOf = (part: string): Comparable => parts.get(part) ?? comparable(part);
  const holds = (part: string): boolean => agree(answer, partOf(part), (whole, one) => whole.includes(one));
  const miss = (detail: string, begun = false): Miss => ({ detail, begun });
  const unwanted = expect.notContains?.find(holds);
  if (unwanted !== undefined) return miss(`the answer contains "${unwanted}"`);
  const missing = expect.contains?.find((part) => !holds(part));
  if (missing !== undefined)
    return miss(
      `the answer does not contain "${missing}"`,
      answer.words().length < partOf(missing).written.length,
    );
  if (expect.equals !== undefined) {
    const wholes = expect.equals.map(partOf);
    if (!wholes.some((whole) => agree(answer, whole, (said, wanted) => said === wanted)))
      return miss(
        'the answer equals none of those expected',
        wholes.some((whole) => agree(answer, whole, (said, wanted) => wanted.startsWith(said))),
      );
  }
  if (regex !== null && !regex.test(text))
    return miss(
      `the answer does not match ${expect.regex}${text.length > regex.reach ? ` in its first ${regex.reach} characters` : ''}`,
      text.length < shortOfPattern,
    );
  const json = expect.json === undefined ? null : missesJson(text, schema);
  if (json !== null) return json;
  const length = lengthOf(text);
  const { minLength = 0, maxLength = Infinity } = expect;
  if (length < minLength) return miss(`the answer has ${length} characters`, true);
  return length > maxLength ? miss(`the answer has ${length} characters`) : null;
}

/** Compares answers with expectations. The compiled form is cached as long as the expectation exists. */
export function createExpectations(): Meets {
  const compiled = new WeakMap<Expectation, Compiled>();
  return (text, expect) => {
    const known = compiled.get(expect) ?? compile(expect);
    compiled.set(expect, known);
    return misses(text, expect, known);
  };
}
