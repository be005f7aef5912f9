import { createRequire } from 'node:module';
import type * as AjvPackage from 'ajv';
import { isList, isObject, type Members } from '../../domain/json.js';
import { createWeigher, sizeOf } from './json-schema-work.js';
import { compilePattern } from './pattern.js';

/** Returns the mismatch of a value, as its place and a message; null when the value is valid. */
export type FindMiss = (value: unknown) => string | null;

/** JSON with sorted members, so that equal values are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

class TooMuchWork extends Error {}

/** Work limit for one value. */
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

/** Steps allowed for a value, of about 0.1 µs each. */
const mostSteps = 300_000;
/** Steps of a search with a pattern, and of each of its instructions at each character. */
const searchSteps = 3;
const instructionSteps = 2;
/** Steps of one value that is compared with all others. */
const uniqueSteps = 10;

const countedKeyword = 'modelpulse:counted';
/** Keywords whose values are no schemas. */
const dataKeywords = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords whose member names are chosen by the operator. */
const mapKeywords = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'dependencies']);

/**
 * The same schema with a keyword in each part that a value is compared with. Its value is the position of the part in
 * `parts`: in the part itself Ajv would find each `$id` a second time.
 */
function counted(schema: unknown, parts: Members[], isMap = false): unknown {
  if (isList(schema)) return schema.map((item) => counted(item, parts));
  if (!isObject(schema)) return schema;
  const members = Object.entries(schema).map(([key, value]): [string, unknown] => [
    key,
    !isMap && dataKeywords.has(key) ? value : counted(value, parts, !isMap && mapKeywords.has(key)),
  ]);
  if (!isMap) members.push([countedKeyword, parts.push(schema) - 1]);
  return Object.fromEntries(members);
}

/**
 * Compiles a JSON Schema of draft 7; throws with the reason when it is invalid. A schema that refers to itself in
 * several alternatives doubles the work with each level of a value, so that a short answer could take hours: validation
 * stops after a number of steps. Every part of the schema takes steps before it is compared.
 */
export function compileJsonSchema(schema: Record<string, unknown>): FindMiss {
  const budget = createBudget();
  const parts: Members[] = [];
  const countedPattern = Object.assign(
    (source: string) => {
      const pattern = compilePattern(source);
      return {
        test(text: string): boolean {
          const read = Math.min(text.length, pattern.reach);
          budget.take(searchSteps + read * pattern.size * instructionSteps);
          return pattern.test(text);
        },
      };
    },
    { code: 'countedPattern' },
  );
  // Loaded with the first schema: most registries have none, and its 66 files are a part of each start.
  const { Ajv } = createRequire(import.meta.url)('ajv') as typeof AjvPackage;
  const ajv = new Ajv({
    strict: false,
    logger: false,
    validateFormats: false,
    code: { regExp: countedPattern },
  });
  ajv.addKeyword({
    keyword: countedKeyword,
    before: '$ref',
    schemaType: 'number',
    errors: false,
    compile: (position: number) => {
      const stepsFor = createWeigher(parts[position] ?? {});
      return (value: unknown) => {
        budget.take(stepsFor(value));
        return true;
      };
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
      budget.take(uniqueSteps * sizeOf(items));
      const texts = items.map(canonical);
      return new Set(texts).size === items.length;
    },
  });
  const fits = ajv.compile(counted(schema, parts) as AjvPackage.AnySchema);
  return (value) => {
    budget.begin(mostSteps);
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
