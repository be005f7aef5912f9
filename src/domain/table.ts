/** Keys of a table whose type lists all of them. */
export function keysOf<Key extends string>(table: Readonly<Partial<Record<Key, unknown>>>): Key[] {
  // Object.keys returns string[], since an object may have more members than its type; these tables do not.
  return Object.keys(table) as Key[];
}

/** A table with a value for each of `keys`. */
export function tableOf<Key extends string, Value>(
  keys: readonly Key[],
  valueOf: (key: Key) => Value,
): Record<Key, Value> {
  // Object.fromEntries loses the key type; here each key has its entry.
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<Key, Value>;
}
