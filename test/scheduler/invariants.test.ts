import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../../src/domain/schedule.js';
import { earliestTime, latestTime } from '../../src/domain/time.js';
import type { Plan } from '../../src/scheduler/port.js';
import { clockChanges } from '../calendar/local-clock.js';
import { createRig, noon, plan, slotsOf, type Rig } from './rig.js';
import { amount } from '../slow.js';

/** What starts at about the same time is served at once, so some of it this late. */
const lateMs = 25;

const schedule = fc.oneof(
  fc.integer({ min: 1000, max: 90_000 }).map((everyMs): Schedule => ({ kind: 'every', everyMs })),
  fc
    .record({
      expression: fc.constantFrom('*/15 * * * * *', '* * * * *', '*/10 * * * *', '*/10 0-3 * * *'),
      timezone: fc.constantFrom('UTC', ...clockChanges.map(([zone]) => zone)),
      spreadMs: fc.constantFrom(null, 0, 20_000),
    })
    .map((rest): Schedule => ({ kind: 'cron', ...rest })),
);
const registry = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 6 }),
      schedule,
      host: fc.constantFrom('one', 'two'),
    }),
    { minLength: 1, maxLength: 8, selector: ({ id }) => id },
  )
  .map((models) => models.map(({ id, ...rest }) => plan(id, rest)));
/** Around a change of clocks, or anywhere. */
const moment = fc
  .tuple(fc.constantFrom(...clockChanges), fc.integer({ min: -3_600_000, max: 600_000 }))
  .map(([[, at], offset]) => Date.parse(at) + offset);
const durations = fc.infiniteStream(
  fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 150_000 })),
);
const elapse = fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 300_000 }) });
const blocked = fc.record({ kind: fc.constant('block' as const), ms: fc.integer({ min: 1, max: 200_000 }) });
const forward = fc.record({ kind: fc.constant('set' as const), ms: fc.integer({ min: 1, max: 5_000_000 }) });
const back = fc.record({ kind: fc.constant('set' as const), ms: fc.integer({ min: -5_000_000, max: -1 }) });
interface Happening {
  readonly kind: 'pass' | 'block' | 'set';
  readonly ms: number;
}

async function live(rig: Rig, happenings: readonly Happening[]): Promise<void> {
  for (const { kind, ms } of happenings) {
    if (kind === 'pass') await rig.time.pass(ms);
    else if (kind === 'block') rig.time.block(ms);
    else rig.time.setClock(ms);
  }
}

/** Stops without grace; resolves to the wall time at which the stop was over. */
async function stopNow(rig: Rig): Promise<number> {
  const stopped = rig.scheduler.stop(0).then(() => rig.time.clock.wall());
  await rig.time.pass(2000);
  return stopped;
}

/** Slots that ended, as results and as misses. */
function endsOf(rig: Rig, id: string) {
  const results = rig.jobs.filter((job) => job.id === id && job.kind === 'scheduled' && job.recorded);
  const missed = rig.missed.filter((one) => one.id === id);
  return {
    slots: results.map(({ slot }) => slot),
    missed,
    count: results.length + missed.reduce((sum, { count }) => sum + count, 0),
  };
}

function expectEachSlotOnce(rig: Rig, model: Plan, after: number, upTo: number): void {
  const expected = slotsOf(model, after, upTo);
  const { slots, missed, count } = endsOf(rig, model.id);
  expect(count).toBe(expected.length);
  const covered = [...slots, ...missed.flatMap((one) => slotsOf(model, one.firstSlot - 1, one.lastSlot))];
  expect(covered.sort((a, b) => a - b)).toEqual(expected);
}

function expectIncreasing(values: readonly number[]): void {
  expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
}

describe('scheduler under any sequence of events', () => {
  it('ends each slot once, as a result or a counted miss, and exceeds no limit', async () => {
    const happening = fc.oneof({ weight: 4, arbitrary: elapse }, blocked, forward);
    await fc.assert(
      fc.asyncProperty(
        registry,
        moment,
        durations,
        fc.array(happening, { maxLength: 12 }),
        fc.constantFrom(0, 50, 3_000),
        async (models, start, ms, story, writing) => {
          const rig = createRig({
            start,
            concurrency: 3,
            perHost: 2,
            duration: () => ms.next().value as number,
            writing,
          });
          rig.update(models);
          await live(rig, story);
          const end = await stopNow(rig);
          for (const model of models) expectEachSlotOnce(rig, model, start, end);
          expect(rig.most.all).toBeLessThanOrEqual(3);
          expect(rig.most.host).toBeLessThanOrEqual(2);
          expect(rig.most.model).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: amount(100, 15) },
    );
  });

  it('ends each slot once across a restart at any time', async () => {
    const quick = () => 50;
    const span = fc.integer({ min: 1, max: 400_000 });
    await fc.assert(
      fc.asyncProperty(registry, moment, span, span, span, async (models, start, before, down, after) => {
        const first = createRig({ start, duration: quick });
        first.update(models);
        await first.time.pass(before);
        await stopNow(first);
        await first.time.pass(down);
        const second = createRig({ time: first.time, duration: quick });
        second.update(
          models.map((model) => ({
            ...model,
            lastSlot: Math.max(
              start,
              ...first.jobs.filter(({ id }) => id === model.id).map(({ slot }) => slot),
            ),
          })),
        );
        const due = new Map(models.map(({ id }) => [id, second.scheduler.nextDue(id)!]));
        await second.time.pass(after);
        const end = await stopNow(second);
        for (const model of models) {
          const [one, two] = [endsOf(first, model.id), endsOf(second, model.id)];
          const stopped = slotsOf(model, start, due.get(model.id)! - 1);
          const outage = stopped.length - one.count;
          expect(outage).toBeGreaterThanOrEqual(0);
          expect(one.count + outage + two.count).toBe(slotsOf(model, start, end).length);
          expectIncreasing([...one.slots, ...two.slots]);
        }
      }),
      { numRuns: amount(60, 10) },
    );
  });

  it('records increasing slots and checks every model, even if the clock is set forward and back', async () => {
    const happening = fc.oneof({ weight: 4, arbitrary: elapse }, forward, back, blocked);
    await fc.assert(
      fc.asyncProperty(
        registry,
        moment,
        fc.array(happening, { maxLength: 15 }),
        async (models, start, story) => {
          const rig = createRig({ start, duration: () => 20 });
          rig.update(models);
          await live(rig, story);
          const at = rig.time.clock.monotonic();
          await rig.time.pass(200_000);
          for (const model of models) {
            const jobs = rig.jobs.filter(({ id }) => id === model.id);
            expectIncreasing(jobs.map(({ slot }) => slot));
            if (model.schedule.kind === 'cron') continue;
            const calm = [
              at,
              ...jobs.map((job) => job.at).filter((begun) => begun > at),
              rig.time.clock.monotonic(),
            ];
            const gaps = calm.slice(1).map((begun, index) => begun - calm[index]!);
            expect(Math.max(...gaps)).toBeLessThanOrEqual(model.schedule.everyMs + lateMs);
            expect(gaps.length).toBeLessThanOrEqual(200_000 / model.schedule.everyMs + 4);
          }
        },
      ),
      { numRuns: amount(100, 15) },
    );
  });

  it('uses slots of whole ms between 2000 and 2100, even if the clock has absurd values', async () => {
    const step = fc.record({
      ms: fc.double({ min: 0.01, max: 20_000, noNaN: true }),
      set: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        fc.integer({ min: -10_000, max: 10_000 }),
        fc.constantFrom(-Date.parse('2025-06-01'), Date.parse('2145-06-01'), -8e15, 8e15),
      ),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
        const rig = createRig({ start: noon, duration: () => 30 });
        rig.update([plan('gpt', { schedule: { kind: 'every', everyMs: 30_000 } })]);
        for (const { ms, set, again } of steps) {
          if (again) rig.scheduler.recheck('gpt', rig.time.clock.wall() + 8_000);
          rig.time.setClock(set);
          await rig.time.pass(ms);
        }
        for (const slot of rig.jobs.map((job) => job.slot)) {
          expect(Number.isInteger(slot)).toBe(true);
          expect(slot).toBeGreaterThanOrEqual(earliestTime);
          expect(slot).toBeLessThanOrEqual(latestTime);
        }
      }),
      { numRuns: amount(200, 30) },
    );
  });

  it('sends no more requests than the rate in any 60 s, apart from timer lateness', async () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: 20_000 }),
      ask: fc.boolean(),
      again: fc.boolean(),
      spend: fc.nat(3),
      pause: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        schedule,
        moment,
        fc.array(step, { maxLength: 60 }),
        async (rate, chosen, start, steps) => {
          const rig = createRig({ start, duration: () => 30 });
          const model = plan('gpt', { schedule: chosen, ratePerMin: rate, validUntil: -Infinity });
          rig.update([model]);
          const spent: number[] = [];
          for (const { ms, ask, again, spend, pause } of steps) {
            for (let count = 0; count < spend; count += 1)
              if (rig.scheduler.spend('gpt')) spent.push(rig.time.clock.monotonic());
            if (ask) rig.scheduler.checkNow('gpt').catch(() => undefined);
            if (again) rig.scheduler.recheck('gpt', rig.time.clock.wall() + ms / 2);
            if (pause) {
              rig.update([]);
              await rig.time.pass(ms / 4);
              rig.update([model]);
            }
            await rig.time.pass(ms);
          }
          const checks = rig.jobs.filter(({ overRate }) => !overRate).map(({ at }) => at);
          const sent = [...checks, ...spent].sort((a, b) => a - b);
          for (const [index, at] of sent.entries()) {
            expect((sent[index + rate] ?? Infinity) - at).toBeGreaterThanOrEqual(60_000 - lateMs);
          }
        },
      ),
      { numRuns: amount(100, 15) },
    );
  });
});
