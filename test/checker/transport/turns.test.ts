import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTurns } from '../../../src/checker/transport/turns.js';

const room = 16 * 1024;

it('reads at once what has room in a turn of the loop, and the rest in order, about 16 KiB a turn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 64 * 1024 }), { maxLength: 40 }), async (sizes) => {
      const turns = createTurns();
      const read: number[] = [];
      let inTurn: number[] = [];
      sizes.forEach((bytes, index) =>
        turns.take(bytes, () => {
          read.push(index);
          inTurn.push(bytes);
        }),
      );
      for (let turn = 0; read.length < sizes.length || turn === 0; turn += 1) {
        // What is read last in a turn may be more than what has room.
        expect(inTurn.slice(0, -1).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(room);
        expect(turn).toBeLessThanOrEqual(sizes.length);
        inTurn = [];
        await setImmediate();
      }
      expect(read).toEqual(sizes.map((_size, index) => index));
      await setImmediate();
      let atOnce = false;
      turns.take(1, () => (atOnce = true));
      expect(atOnce).toBe(true);
    }),
  );
});
