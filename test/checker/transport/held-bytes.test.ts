import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHeldBytes } from '../../../src/checker/transport/held-bytes.js';

it('gives up the large reply of the machine that holds most that was silent longest when all hold too much, and counts what is held', () => {
  const step = fc.record({ who: fc.nat({ max: 9 }), bytes: fc.integer({ min: 0, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 90 }), (steps) => {
      const held = createHeldBytes(200, 20);
      const shares = Array.from({ length: 10 }, (_each, index) => ({
        bytes: 0,
        at: 0,
        open: true,
        machine: index % 3,
      }));
      const sum = (): number => shares.reduce((all, { bytes, open }) => all + (open ? bytes : 0), 0);
      const handles = shares.map((share) => {
        const handle = held.open(String(share.machine), () => {
          const large = shares.filter(({ bytes, open }) => open && bytes >= 20);
          const of = (wanted: number) => large.filter(({ machine }) => machine === wanted);
          const sums = [0, 1, 2].map((wanted) => of(wanted).reduce((all, { bytes }) => all + bytes, 0));
          expect(sums[share.machine]).toBe(Math.max(...sums));
          const rivals = large.filter(({ machine }) => sums[machine] === sums[share.machine]);
          expect(share.at).toBe(Math.min(...rivals.map(({ at }) => at)));
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

it('gives up no reply of a machine that holds little, though others are sent without a pause', () => {
  const held = createHeldBytes(2_000, 20);
  const given: string[] = [];
  const small = held.open('quiet.test', () => given.push('quiet'));
  small.add(100);
  const many = Array.from({ length: 10 }, () => held.open('busy.test', () => given.push('busy')));
  for (let turn = 0; turn < 100; turn += 1) for (const share of many) share.add(10);
  expect(given.length).toBeGreaterThan(0);
  expect(given).not.toContain('quiet');
});
