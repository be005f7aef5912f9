/** Keys of a table whose keys are all written out in its type. */
export function keysOf<Key extends string>(table: Readonly<Partial<Record<Key, unknown>>>): Key[] {
  // Object.keys gives string[], since an object may have more members than its type; a table of ours has not.
  return Object.keys(table) as Key[];
}

/** A table with a value for each of `keys`. */
export function tableOf<Key extends string, Value>(
  keys: readonly Key[],
  valueOf: (key: Key) => Value,
): Record<Key, Value> {
  // Object.fromEntries forgets the keys; here each of them has its entry.
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<Key, Value>;
}
