/** The members of a JSON object by name. */
export type Members = Readonly<Record<string, unknown>>;

/** True for a JSON object: a list and null are none. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** JSON.parse, whose result is checked before it is used. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return value;
}
