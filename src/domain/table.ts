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
  return tableFrom(keys.map((key) => [key, valueOf(key)]));
}

/** A table of entries, which must have every key of its type. */
export function tableFrom<Key extends string, Value>(
  entries: Iterable<readonly [Key, Value]>,
): Record<Key, Value> {
  // Object.fromEntries loses the key type.
  return Object.fromEntries(entries) as Record<Key, Value>;
}
