import { createRequire } from 'node:module';
import type * as AjvPackage from 'ajv';
import { RE2JS } from 're2js';
import { isObject } from '../../domain/json.js';

/** Returns the mismatch of a value, as its place and a message; null when the value is valid. */
export type FindMiss = (value: unknown, size: number) => string | null;

/** JSON with sorted members, so that equal values are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

class TooMuchWork extends Error {}

/** Work limit for one value: references followed and characters compared, `stepLength` to a step. */
function createBudget() {
  let left = Infinity;
  return {
    begin(steps: number): void {
      left = steps;
    },
    take(steps: number): void {
      left -= steps;
      if (left < 0) throw new TooMuchWork();
    },
  };
}

/** Steps allowed per character of a value, and minimum for any value. */
const stepsEach = 2;
const stepsAtLeast = 1_000;
/** Characters compared in the time of one step. */
const stepLength = 64;

const countedKeyword = 'modelpulse:counted';
/** Keywords whose values are no schemas. */
const dataKeywords = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords whose member names are chosen by the operator. */
const mapKeywords = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'dependencies']);

/** The same schema with its references counted. */
function counted(schema: unknown, isMap = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => counted(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([key, value]: [string, unknown]) => [
    key,
    !isMap && dataKeywords.has(key) ? value : counted(value, !isMap && mapKeywords.has(key)),
  ]);
  const refers = !isMap && '$ref' in schema && typeof schema.$ref === 'string';
  return Object.fromEntries(refers ? [...members, [countedKeyword, true]] : members) as unknown;
}

/**
 * Compiles a JSON Schema of draft 7; throws with the reason when it is invalid. A schema that refers to itself in
 * several alternatives doubles the work with each level of a value, so that a short answer could take hours: validation
 * stops after a number of steps that grows with the value's size, in characters.
 */
export function compileJsonSchema(schema: Record<string, unknown>): FindMiss {
  const budget = createBudget();
  /** Patterns in RE2's syntax: the matched text comes from a provider, and RE2 takes linear time. */
  const linearPattern = Object.assign(
    (pattern: string) => {
      const compiled = RE2JS.compile(pattern);
      return {
        test(text: string): boolean {
          budget.take(text.length / stepLength);
          return compiled.matcher(text).find();
        },
      };
    },
    { code: 'linearPattern' },
  );
  // Loaded with the first schema: most registries have none, and its 66 files are a part of each start.
  const { Ajv } = createRequire(import.meta.url)('ajv') as typeof AjvPackage;
  const ajv = new Ajv({
    strict: false,
    logger: false,
    validateFormats: false,
    code: { regExp: linearPattern },
  });
  ajv.addKeyword({
    keyword: countedKeyword,
    before: '$ref',
    schemaType: 'boolean',
    errors: false,
    validate() {
      budget.take(1);
      return true;
    },
  });
  // Ajv compares every item with every other.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    errors: false,
    error: { message: 'must NOT have duplicate items' },
    validate: (wanted: boolean, items: readonly unknown[]) => {
      if (!wanted) return true;
      const texts = items.map(canonical);
      budget.take(texts.reduce((sum, { length }) => sum + length, 0) / stepLength);
      return new Set(texts).size === items.length;
    },
  });
  const fits = ajv.compile(counted(schema) as Record<string, unknown>);
  return (value, size) => {
    budget.begin(stepsAtLeast + stepsEach * size);
    try {
      if (fits(value)) return null;
    } catch (error) {
      if (error instanceof TooMuchWork) return 'it takes too many steps to compare';
      throw error;
    }
    const { instancePath, message } = fits.errors?.[0] ?? {};
    return [instancePath, message].filter(Boolean).join(' ');
  };
}
