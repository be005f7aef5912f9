import type { ValidateFunction } from 'ajv';
import { RE2JS } from 're2js';
import { compileJsonSchema } from '../../config/schema/json-schema-compiler.js';
import type { Expectation } from '../../domain/model.js';
import type { Meets, Miss } from './answer.js';
import { depthOf } from './json-or-text.js';

interface Compiled {
  readonly regex: RE2JS | null;
  readonly schema: ValidateFunction | null;
}

/** Characters of an answer that a pattern or a schema looks at. */
const longestMatched = 65_536;
/** Lists and objects inside each other that a schema looks into. */
const deepest = 64;
/** A pattern does not say how long a text it wants: what is shorter may be a beginning. */
const shortOfPattern = 8;

function compile({ regex, json }: Expectation): Compiled {
  return {
    regex: regex === undefined ? null : RE2JS.compile(regex),
    schema: typeof json === 'object' ? compileJsonSchema(json) : null,
  };
}

/** Normalized; of more than 30 marks on one letter, which no language has and which take quadratic time, 30 are kept. */
function folded(text: string): string {
  const safe = text.replace(/(\p{M}{30})\p{M}+/gu, '$1');
  return safe.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
}

function parsed(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function missesJson(text: string, schema: ValidateFunction | null): string | null {
  const answer = parsed(text);
  if (answer === null) return 'the answer is not JSON';
  if (schema === null) return null;
  if (text.length > longestMatched) return `the answer is longer than ${longestMatched} characters`;
  if (depthOf(text) > deepest) return `the answer is nested deeper than ${deepest}`;
  if (schema(answer.value)) return null;
  const { instancePath, message } = schema.errors?.[0] ?? {};
  return `the answer misses the schema: ${[instancePath, message].filter(Boolean).join(' ')}`;
}

function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) length += 1;
  return length;
}

function misses(text: string, expect: Expectation, { regex, schema }: Compiled): Miss | null {
  const answer = folded(text);
  const holds = (part: string): boolean => answer.includes(folded(part));
  const miss = (detail: string, begun = false): Miss => ({ detail, begun });
  const unwanted = expect.notContains?.find(holds);
  if (unwanted !== undefined) return miss(`the answer contains "${unwanted}"`);
  const missing = expect.contains?.find((part) => !holds(part));
  if (missing !== undefined)
    return miss(`the answer does not contain "${missing}"`, answer.length < folded(missing).length);
  if (expect.equals !== undefined) {
    const wholes = expect.equals.map(folded);
    if (!wholes.includes(answer))
      return miss(
        'the answer equals none of those expected',
        wholes.some((whole) => whole.startsWith(answer)),
      );
  }
  if (regex !== null && !regex.matcher(text.slice(0, longestMatched)).find())
    return miss(`the answer does not match ${regex.pattern()}`, text.length < shortOfPattern);
  const json = expect.json === undefined ? null : missesJson(text, schema);
  if (json !== null) return miss(json, /^\s*[[{"]/.test(text) && parsed(text) === null);
  const length = lengthOf(text);
  const { minLength = 0, maxLength = Infinity } = expect;
  if (length < minLength) return miss(`the answer has ${length} characters`, true);
  return length > maxLength ? miss(`the answer has ${length} characters`) : null;
}

/** Compares answers with expectations; what an expectation compiles to is kept as long as the expectation lives. */
export function createExpectations(): Meets {
  const compiled = new WeakMap<Expectation, Compiled>();
  return (text, expect) => {
    const known = compiled.get(expect) ?? compile(expect);
    compiled.set(expect, known);
    return misses(text, expect, known);
  };
}
