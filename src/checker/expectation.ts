import { Ajv, type ValidateFunction } from 'ajv';
import { RE2JS } from 're2js';
import type { Expectation } from '../domain/model.js';
import type { Meets } from './answer.js';

interface Compiled {
  readonly regex: RE2JS | null;
  readonly schema: ValidateFunction | null;
}

function compile({ regex, json }: Expectation): Compiled {
  return {
    regex: regex === undefined ? null : RE2JS.compile(regex),
    schema:
      typeof json === 'object'
        ? new Ajv({ strict: false, logger: false, validateFormats: false }).compile(json)
        : null,
  };
}

function folded(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
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
  if (schema === null || schema(answer.value)) return null;
  const { instancePath, message } = schema.errors?.[0] ?? {};
  return `the answer misses the schema: ${[instancePath, message].filter(Boolean).join(' ')}`;
}

function misses(text: string, expect: Expectation, { regex, schema }: Compiled): string | null {
  const answer = folded(text);
  const holds = (part: string): boolean => answer.includes(folded(part));
  const missing = expect.contains?.find((part) => !holds(part));
  if (missing !== undefined) return `the answer does not contain "${missing}"`;
  const unwanted = expect.notContains?.find(holds);
  if (unwanted !== undefined) return `the answer contains "${unwanted}"`;
  if (expect.equals !== undefined && !expect.equals.some((whole) => folded(whole) === answer)) {
    return 'the answer equals none of those expected';
  }
  if (regex !== null && !regex.matcher(text).find()) return `the answer does not match ${regex.pattern()}`;
  const json = expect.json === undefined ? null : missesJson(text, schema);
  if (json !== null) return json;
  const length = Array.from(text).length;
  if (expect.minLength !== undefined && length < expect.minLength)
    return `the answer has ${length} characters`;
  if (expect.maxLength !== undefined && length > expect.maxLength)
    return `the answer has ${length} characters`;
  return null;
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
