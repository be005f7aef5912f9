/** A queue with O(1) `push` and `shift`; `Array.shift` is O(n). */
export interface Fifo<T> {
  push(item: T): void;
  shift(): T | undefined;
  readonly length: number;
}

export function createFifo<T>(): Fifo<T> {
  let items: T[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      head += 1;
      if (head > 32 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    get length() {
      return items.length - head;
    },
  };
}
