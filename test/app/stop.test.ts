import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { undisturbed } from '../../src/app/adjustments.js';
import { createRunner } from '../../src/app/runner.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import { createScheduler } from '../../src/scheduler/scheduler.js';
import { result, start, workplace } from '../store/samples.js';
import { createVirtualTime } from '../scheduler/virtual-time.js';
import { plan, slotsOf } from '../scheduler/rig.js';
import { modelNamed, useParts } from './parts.js';
import { amount } from '../slow.js';

const place = workplace();
const createParts = useParts();
const gpt = plan('gpt', { schedule: { kind: 'every', everyMs: 1_000 } });

/** Runs a model each second with the real runner, recorder, writer and store, and stops after `ms`. */
async function stoppedAfter(ms: number, durationMs: number, written: boolean) {
  const store = place.fresh();
  const parts = createParts(store);
  await parts.roster.replace([modelNamed('gpt')], start);
  const time = createVirtualTime(start);
  const clock = {
    wall: () => (parts.clock.now = time.clock.wall()),
    monotonic: () => time.clock.monotonic(),
  };
  const run = createRunner({
    attempt: ({ view: { model } }) =>
      new Promise((resolve) =>
        time.timers.set(
          () => resolve({ found: result(clock.wall()), circumstances: undisturbed(model) }),
          durationMs,
        ),
      ),
    clock,
    recorder: parts.recorder,
    tracked: parts.roster.get,
    recheck: () => undefined,
    log: pino({ level: 'silent' }),
  });
  const scheduler = createScheduler({
    calendar: createCalendar(),
    clock,
    timers: time.timers,
    concurrency: 4,
    perHost: 4,
    events: {
      run,
      missed({ id, cause, firstSlot, lastSlot, count }) {
        const unwatched = cause === 'stopped' ? firstSlot : null;
        parts.recorder.miss(parts.roster.get(id)!, { lastSlot, unwatched }, cause, count);
      },
    },
  });
  scheduler.update([gpt]);
  await time.pass(ms);
  // A result that was not written before the stop is so after it.
  if (written) await parts.writer.flush();
  const stopped = scheduler.stop(0).then(() => time.clock.wall());
  await time.pass(2_000);
  const end = await stopped;
  await parts.writer.drain();
  const { key } = parts.roster.get('gpt')!.view;
  const results = await store.results(key, { from: 0, to: Infinity, limit: 1_000 });
  const gaps = await store.gaps(key);
  const missed = [...(await store.missed()).values()].reduce((sum, count) => sum + count, 0);
  const slots = slotsOf(gpt, start, end);
  await store.close();
  return { results: results.map(({ slot }) => slot as number), gaps, missed, slots };
}

describe('stop at any time', () => {
  it('leaves each slot with either a result or a miss, even if the result is not yet written', async () => {
    const pass = fc.integer({ min: 0, max: 5_000 });
    await fc.assert(
      fc.asyncProperty(
        pass,
        fc.integer({ min: 0, max: 1_500 }),
        fc.boolean(),
        async (ms, durationMs, written) => {
          const { results, gaps, missed, slots } = await stoppedAfter(ms, durationMs, written);
          expect(results.length + missed).toBe(slots.length);
          expect(gaps.filter((gap) => results.includes(gap))).toEqual([]);
        },
      ),
      { numRuns: amount(25, 6) },
    );
  });
});
