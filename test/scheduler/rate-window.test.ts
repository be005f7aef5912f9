import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { monotonicMs } from '../../src/domain/clock.js';
import { noteStart, roomAt, type RateWindow } from '../../src/scheduler/rate-window.js';

it('late starts borrow at most 250 ms, and never exceed the rate in total', () => {
  const lateness = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 9000 })), {
    minLength: 50,
    maxLength: 200,
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 100, max: 9000 }),
      lateness,
      (rate, everyMs, late) => {
        const starts: RateWindow = [];
        const sent: number[] = [];
        let now = 0;
        for (const [index, ms] of late.entries()) {
          const due = index * everyMs;
          now = Math.max(now, due + ms);
          const room = roomAt(starts, rate, monotonicMs(now));
          if (room > now) continue;
          noteStart(starts, monotonicMs(due), room, monotonicMs(now));
          sent.push(now);
        }
        for (const [index, at] of sent.entries()) {
          for (let windows = 1; index + windows * rate < sent.length; windows += 1) {
            expect(sent[index + windows * rate]! - at).toBeGreaterThanOrEqual(windows * 60_000 - 250);
          }
        }
      },
    ),
  );
});
