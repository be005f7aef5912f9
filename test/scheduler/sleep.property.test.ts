import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createScheduler } from '../../src/scheduler/scheduler.js';
import { calendar, minute, noon, plan } from './rig.js';
import { createVirtualTime } from './virtual-time.js';
import { amount } from '../slow.js';

const day = 86_400_000;

describe('sleep of the scheduler', () => {
  it('lasts from 20 ms to a second, for any clock, schedules and rechecks', async () => {
    const schedule = fc.constantFrom(
      minute,
      { kind: 'every' as const, everyMs: 365 * day },
      { kind: 'cron' as const, expression: '0 0 29 2 *', timezone: 'UTC', spread: false, spreadMs: 0 },
    );
    const act = fc.record({
      set: fc.oneof(fc.constant(0), fc.integer({ min: -60 * 365 * day, max: 60 * 365 * day })),
      pass: fc.integer({ min: 1, max: 5_000 }),
      recheck: fc.oneof(
        fc.constantFrom(NaN, Infinity, -Infinity, 0, 2 ** 31, 2 ** 53),
        fc.integer({ min: 0, max: 100_000 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(schedule, fc.array(act, { maxLength: 12 }), async (each, acts) => {
        const time = createVirtualTime(noon);
        const sleeps: number[] = [];
        const scheduler = createScheduler({
          calendar,
          clock: time.clock,
          concurrency: 4,
          perHost: 4,
          timers: {
            set(callback, ms) {
              sleeps.push(ms);
              return time.timers.set(callback, ms);
            },
          },
          events: { run: () => Promise.resolve(), missed: () => undefined },
        });
        scheduler.update([plan('gpt', { schedule: each })]);
        let elapsed = 0;
        for (const { set, pass, recheck } of acts) {
          time.setClock(set);
          scheduler.recheck('gpt', time.clock.wall() + recheck);
          await time.pass(pass);
          elapsed += pass;
        }
        for (const ms of sleeps) {
          expect(ms).toBeGreaterThanOrEqual(20);
          expect(ms).toBeLessThanOrEqual(1_000);
        }
        // The timer that runs is set again by what comes before it, but there is no loop of them.
        expect(sleeps.length).toBeLessThan(10 + 4 * acts.length + elapsed / 20);
      }),
      { numRuns: amount(150, 40) },
    );
  });
});
