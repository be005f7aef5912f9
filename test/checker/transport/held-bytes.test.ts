import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHeldBytes } from '../../../src/checker/transport/held-bytes.js';

it('gives up the large reply that was silent longest when all hold too much, and counts what is held', () => {
  const step = fc.record({ who: fc.nat({ max: 9 }), bytes: fc.integer({ min: 0, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 90 }), (steps) => {
      const held = createHeldBytes(200, 20);
      const shares = Array.from({ length: 10 }, () => ({ bytes: 0, at: 0, open: true }));
      const sum = (): number => shares.reduce((all, { bytes, open }) => all + (open ? bytes : 0), 0);
      const handles = shares.map((share) => {
        const handle = held.open(() => {
          const large = shares.filter(({ bytes, open }) => open && bytes >= 20);
          expect(share.at).toBe(Math.min(...large.map(({ at }) => at)));
          expect(sum()).toBeGreaterThan(200);
          // It is closed later, when what came of it is read.
          share.open = false;
        });
        return handle;
      });
      steps.forEach(({ who, bytes }, index) => {
        const share = shares[who]!;
        if (!share.open) return;
        share.bytes += bytes;
        share.at = index + 1;
        handles[who]!.add(bytes);
        // Ten small ones have less than 200.
        expect(sum()).toBeLessThanOrEqual(200 + 60);
      });
    }),
  );
});
