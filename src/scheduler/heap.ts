/** Item of a heap. Only the heap may change these fields while the item is in it. */
export interface HeapItem {
  key: number;
  /** Index in the heap; -1 outside it. */
  position: number;
}

/** A binary min-heap whose items hold their position, so that they move and leave in O(log n). */
export interface Heap<T extends HeapItem> {
  top(): T | undefined;
  /** Inserts an item, or changes its key. */
  move(item: T, key: number): void;
  remove(item: T): void;
}

export function createHeap<T extends HeapItem>(): Heap<T> {
  const items: T[] = [];

  function place(item: T, position: number): void {
    items[position] = item;
    item.position = position;
  }

  function rise(item: T): void {
    let position = item.position;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = items[above];
      if (!parent || parent.key <= item.key) break;
      place(parent, position);
      position = above;
    }
    place(item, position);
  }

  function sink(item: T): void {
    let position = item.position;
    for (;;) {
      const [left, right] = [items[2 * position + 1], items[2 * position + 2]];
      const child = right && left && right.key < left.key ? right : left;
      if (!child || child.key >= item.key) break;
      const below = child.position;
      place(child, position);
      position = below;
    }
    place(item, position);
  }

  function sift(item: T): void {
    rise(item);
    sink(item);
  }

  return {
    top: () => items[0],
    move(item, key) {
      if (item.position === -1) item.position = items.length;
      item.key = key;
      place(item, item.position);
      sift(item);
    },
    remove(item) {
      if (item.position === -1) return;
      const last = items.pop();
      if (last && last !== item) {
        place(last, item.position);
        sift(last);
      }
      item.position = -1;
    },
  };
}
