/** The members of a JSON object by name. */
export type Members = Readonly<Record<string, unknown>>;

/** True for a JSON object; false for lists and null. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** JSON.parse with result type `unknown`. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return value;
}
