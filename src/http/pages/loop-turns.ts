import { setImmediate } from 'node:timers/promises';

/** The items in slices of `size`; between two, the event loop has a turn for others. */
export async function* inTurns<Item>(items: readonly Item[], size: number): AsyncGenerator<readonly Item[]> {
  for (let first = 0; first < items.length; first += size) {
    if (first > 0) await setImmediate();
    yield items.slice(first, first + size);
  }
}
