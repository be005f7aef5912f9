import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHeldBytes } from '../../../src/checker/transport/held-bytes.js';

it('gives up the one that holds most when all hold too much, and counts what is held', () => {
  const step = fc.record({ who: fc.nat({ max: 4 }), bytes: fc.integer({ min: 0, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const held = createHeldBytes(100);
      const bytes = [0, 0, 0, 0, 0];
      const shares = bytes.map((_zero, who) => {
        const share = held.open(() => {
          expect(bytes[who]).toBe(Math.max(...bytes));
          expect(bytes.reduce((sum, each) => sum + Math.max(each, 0), 0)).toBeGreaterThan(100);
          bytes[who] = -1;
          share.close();
        });
        return share;
      });
      for (const { who, bytes: more } of steps) {
        if (bytes[who] === -1) continue;
        bytes[who]! += more;
        shares[who]!.add(more);
        expect(bytes.reduce((sum, each) => sum + Math.max(each, 0), 0)).toBeLessThanOrEqual(100);
      }
    }),
  );
});
