import { Ajv, type ValidateFunction } from 'ajv';
import { RE2JS } from 're2js';

/** Members in one order, so that equal values are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** Patterns in RE2's syntax: what is matched comes from a provider, and RE2 takes linear time. */
function linearPattern(pattern: string) {
  const compiled = RE2JS.compile(pattern);
  return { test: (text: string) => compiled.matcher(text).find() };
}
linearPattern.code = 'linearPattern';

/** Compiles a JSON Schema of draft 7; throws with the reason when it is none. */
export function compileJsonSchema(schema: Record<string, unknown>): ValidateFunction {
  const ajv = new Ajv({
    strict: false,
    logger: false,
    validateFormats: false,
    code: { regExp: linearPattern },
  });
  // Ajv compares each item with each other.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    errors: false,
    error: { message: 'must NOT have duplicate items' },
    validate: (wanted: boolean, items: readonly unknown[]) =>
      !wanted || new Set(items.map(canonical)).size === items.length,
  });
  return ajv.compile(schema);
}
