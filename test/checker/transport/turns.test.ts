import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPieces, createTurns } from '../../../src/checker/transport/turns.js';

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

it('joins small pieces of a reply that wait, and reads all in order, with the time of the newest', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 60 }),
      async (sizes) => {
        const turns = createTurns();
        const read: { bytes: Buffer; at: number }[] = [];
        const pieces = createPieces(turns, (bytes, at) => read.push({ bytes, at }));
        turns.take(16 * 1024, () => undefined);
        sizes.forEach((size, index) => pieces.push(Buffer.alloc(size, index), index));
        expect(read).toEqual([]);
        await new Promise<void>((resolve) => pieces.after(resolve));
        const all = Buffer.concat(read.map(({ bytes }) => bytes));
        expect(all.equals(Buffer.concat(sizes.map((size, index) => Buffer.alloc(size, index))))).toBe(true);
        for (const { bytes, at } of read) {
          expect(bytes.at(-1)).toBe(at);
          expect(bytes.length <= 4_096 || new Set(bytes).size === 1).toBe(true);
        }
      },
    ),
  );
});
