/*
 * A list of unbounded length cannot be the arguments of a call: from some 120,000 on V8 throws a RangeError. So these
 * stand for `push(...list)` and `Math.max(...list)`; a lint rule refuses those.
 */

/** Appends all of `more`. */
export function addAll<Item>(list: Item[], more: Iterable<Item>): void {
  for (const item of more) list.push(item);
}

/** The highest value; -Infinity of none. */
export function highest(values: Iterable<number>): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The lowest value; Infinity of none. */
export function lowest(values: Iterable<number>): number {
  let least = Infinity;
  for (const value of values) least = Math.min(least, value);
  return least;
}
