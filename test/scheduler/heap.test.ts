import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHeap, type HeapItem } from '../../src/scheduler/heap.js';
import { amount } from '../slow.js';

it('the heap has its minimum on top after any insertions, moves and removals', () => {
  const step = fc.record({ item: fc.nat(30), key: fc.option(fc.nat(100), { freq: 2 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = createHeap<HeapItem>();
      const items = Array.from({ length: 31 }, (): HeapItem => ({ key: 0, position: -1 }));
      const inside = new Map<HeapItem, number>();
      for (const { item, key } of steps) {
        const chosen = items[item]!;
        if (key === null) {
          heap.remove(chosen);
          inside.delete(chosen);
        } else {
          heap.move(chosen, key);
          inside.set(chosen, key);
        }
        expect(heap.top()?.key).toBe(inside.size === 0 ? undefined : Math.min(...inside.values()));
      }
      const drained: number[] = [];
      for (let top = heap.top(); top; top = heap.top()) {
        drained.push(top.key);
        heap.remove(top);
      }
      expect(drained).toEqual([...inside.values()].sort((a, b) => a - b));
    }),
    { numRuns: amount(500, 100) },
  );
});
