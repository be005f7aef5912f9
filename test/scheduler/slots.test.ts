import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../../src/domain/schedule.js';
import { calendar, createRig, minute, noon, plan, slotsOf } from './rig.js';

const ids = Array.from({ length: 200 }, (_, index) => `model-${index}`);

describe('first check', () => {
  it('of models without a valid result is spread over 10 s, and later checks follow their phase', async () => {
    const rig = createRig({ concurrency: 500, perHost: 500 });
    const plans = ids.map((id) => plan(id, { validUntil: -Infinity }));
    rig.update(plans);
    await rig.time.pass(10_000);
    expect(new Set(rig.jobs.map(({ id }) => id)).size).toBe(200);
    const halves = [0, 5000].map((from) =>
      rig.jobs.filter(({ slot }) => slot - noon >= from && slot - noon < from + 5000),
    );
    expect(Math.min(...halves.map(({ length }) => length))).toBeGreaterThan(80);
    await rig.time.pass(110_000);
    for (const one of plans) {
      const later = rig.jobs
        .filter(({ id, slot }) => id === one.id && slot > noon + 10_000)
        .map(({ slot }) => slot);
      expect(later).toEqual(slotsOf(one, noon + 10_000, noon + 120_000));
    }
  });

  it('runs within an interval that is shorter than 10 s', async () => {
    const rig = createRig({ concurrency: 500, perHost: 500 });
    rig.update(
      ids.map((id) => plan(id, { validUntil: -Infinity, schedule: { kind: 'every', everyMs: 2000 } })),
    );
    await rig.time.pass(2000);
    expect(new Set(rig.jobs.map(({ id }) => id)).size).toBe(200);
  });

  it('does not cause later checks to exceed the rate', async () => {
    const rig = createRig({ concurrency: 500, perHost: 500 });
    rig.update(ids.map((id) => plan(id, { validUntil: -Infinity, ratePerMin: 1 })));
    await rig.time.pass(600_000);
    expect(rig.jobs.filter(({ overRate }) => overRate)).toEqual([]);
    expect(rig.jobs.length).toBeGreaterThan(200 * 9);
  });

  it('of a model with a valid result is at the next slot of its phase', async () => {
    const rig = createRig();
    rig.update([plan('gpt')]);
    expect(rig.scheduler.nextDue('gpt')).toBe(calendar.nextSlot(minute, 'gpt', noon));
    await rig.time.pass(60_000);
    expect(rig.jobs.map(({ slot, delayMs }) => [slot, delayMs])).toEqual([
      [calendar.nextSlot(minute, 'gpt', noon), 0],
    ]);
  });
});

describe('changed model', () => {
  const daily: Schedule = { kind: 'every', everyMs: 86_400_000 };

  it('is checked soon while it has no valid result, however often it changes', async () => {
    const rig = createRig({ duration: () => 100 });
    const gpt = plan('gpt', { schedule: daily, validUntil: -Infinity });
    rig.update([gpt]);
    await rig.time.pass(10_000);
    expect(rig.jobs).toHaveLength(1);
    rig.update([gpt]);
    await rig.time.pass(10_000);
    expect(rig.jobs).toHaveLength(1);
    for (let second = 0; second < 10; second += 1) {
      rig.update([gpt], new Set(['gpt']));
      await rig.time.pass(1_000);
    }
    expect(rig.jobs.length).toBeGreaterThan(1);
    expect(rig.missed).toEqual([]);
  });

  it('keeps its next slot while it has a valid result', () => {
    const rig = createRig();
    const gpt = plan('gpt', { schedule: daily });
    rig.update([gpt]);
    const due = rig.scheduler.nextDue('gpt');
    rig.update([gpt], new Set(['gpt']));
    expect(rig.scheduler.nextDue('gpt')).toBe(due);
  });
});

describe('changed schedule', () => {
  const rare: Schedule = { kind: 'every', everyMs: 3_600_000 };

  it('checks models soon and spread if their results expire before the next slot, and then follows their phase', async () => {
    const rig = createRig({ concurrency: 500, perHost: 500 });
    rig.update(ids.map((id) => plan(id, { schedule: { kind: 'every', everyMs: 1000 } })));
    await rig.time.pass(60_000);
    const [before, now] = [rig.jobs.length, rig.time.clock.wall()];
    const plans = ids.map((id) => plan(id, { schedule: rare, validUntil: now + 32_000 }));
    const near = plans.filter((one) => slotsOf(one, now, now + 32_000).length > 0);
    rig.update(plans);
    await rig.time.pass(10_000);
    const soon = rig.jobs.slice(before).map(({ id, slot }) => ({ id, after: slot - now }));
    const first = soon.filter(({ id }) => !near.some((one) => one.id === id));
    expect(new Set(first.map(({ id }) => id)).size).toBe(ids.length - near.length);
    expect(first.length).toBe(ids.length - near.length);
    expect(first.filter(({ after }) => after < 5000).length).toBeGreaterThan(80);
    expect(first.filter(({ after }) => after >= 5000).length).toBeGreaterThan(80);
    await rig.time.pass(2 * 3_600_000);
    for (const one of plans) {
      const later = rig.jobs.filter(({ id, slot }) => id === one.id && slot > now + 10_000);
      expect(later.map(({ slot }) => slot)).toEqual(slotsOf(one, now + 10_000, now + 7_210_000));
    }
  });

  it('spreads thousands of such models over more than 10 s', () => {
    const rig = createRig();
    const many = Array.from({ length: 4000 }, (_, index) => `model-${index}`);
    rig.update(many.map((id) => plan(id, { schedule: rare, validUntil: noon + 1000 })));
    const due = many.map((id) => rig.scheduler.nextDue(id)! - noon);
    expect(due.filter((ms) => ms < 1000).length).toBeLessThan(300);
    expect(due.filter((ms) => ms > 10_000).length).toBeGreaterThan(1800);
  });

  it('delays the first check until the rate allows it', async () => {
    const rig = createRig({ concurrency: 500, perHost: 500 });
    rig.update(ids.map((id) => plan(id, { schedule: { kind: 'every', everyMs: 1000 }, ratePerMin: 60 })));
    await rig.time.pass(60_000);
    const [before, now] = [rig.jobs.length, rig.time.clock.wall()];
    const plans = ids.map((id) => plan(id, { schedule: rare, ratePerMin: 1, validUntil: now + 32_000 }));
    // The others have a slot of their own so soon that the rate has no room for it.
    const distant = plans.filter((one) => slotsOf(one, now, now + 150_000).length === 0);
    rig.update(distant);
    await rig.time.pass(100_000);
    const first = rig.jobs.slice(before);
    expect(first.filter(({ overRate }) => overRate)).toEqual([]);
    expect(first.map(({ id }) => id).sort()).toEqual(distant.map(({ id }) => id).sort());
  });

  it('checks valid models before their results expire, for any previous schedule', () => {
    const schedules = fc.oneof(
      fc.integer({ min: 1000, max: 86_400_000 }).map((everyMs): Schedule => ({ kind: 'every', everyMs })),
      fc
        .tuple(
          fc.constantFrom('* * * * *', '0 * * * *', '30 2 * * *', '0,5 9 * * 1'),
          fc.constantFrom(0, null),
        )
        .map(([expression, spreadMs]): Schedule => ({ kind: 'cron', expression, timezone: 'UTC', spreadMs })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...ids),
        fc.array(schedules, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -60_000, max: 3_600_000 }),
        (id, inForce, validFor) => {
          const rig = createRig();
          const validUntil = noon + validFor;
          for (const schedule of inForce) rig.update([plan(id, { schedule, validUntil })]);
          expect(rig.scheduler.nextDue(id)).toBeLessThanOrEqual(Math.max(validUntil, noon + 10_000));
          rig.update([]);
          rig.update([plan(id, { schedule: inForce[0]!, validUntil })]);
          expect(rig.scheduler.nextDue(id)).toBeLessThanOrEqual(Math.max(validUntil, noon + 10_000));
        },
      ),
    );
  });
});

describe('slot that cannot be served', () => {
  const gpt = plan('gpt');
  const slots = slotsOf(gpt, noon, noon + 600_000);

  it('is missed as overlap while the previous check runs', async () => {
    const rig = createRig({ duration: () => 130_000 });
    rig.update([gpt]);
    await rig.time.pass(240_000);
    expect(rig.jobs.map(({ slot }) => slot)).toEqual([slots[0], slots[3]]);
    expect(rig.missed).toEqual(
      [1, 2].map((index) => ({
        id: 'gpt',
        cause: 'overlap',
        firstSlot: slots[index],
        lastSlot: slots[index],
        count: 1,
      })),
    );
  });

  it('is missed as capacity if the next slot comes while it waits, and is replaced by it', async () => {
    const rig = createRig({ perHost: 1, duration: ({ id }) => (id === 'hog' ? 200_000 : 100) });
    rig.update([plan('hog'), gpt]);
    void rig.scheduler.checkNow('hog');
    await rig.time.pass(199_000);
    expect(rig.scheduler.queued).toBe(1);
    await rig.time.pass(2000);
    const served = rig.jobs.filter(({ id }) => id === 'gpt');
    const missed = rig.missed.filter(({ id, cause }) => id === 'gpt' && cause === 'capacity');
    expect([...missed.map(({ firstSlot }) => firstSlot), ...served.map(({ slot }) => slot)]).toEqual(
      slots.slice(0, 4).filter((slot) => slot < noon + 201_000),
    );
    expect(served[0]?.delayMs).toBe(noon + 200_000 - served[0]!.slot);
  });

  it('is missed as loop_blocked if later slots are due as well, and the newest is served', async () => {
    const rig = createRig();
    rig.update([gpt]);
    rig.time.block(250_000);
    await rig.time.pass(1);
    const passed = slots.filter((slot) => slot <= noon + 250_000);
    expect(rig.missed).toEqual([
      {
        id: 'gpt',
        cause: 'loop_blocked',
        firstSlot: passed[0],
        lastSlot: passed.at(-2),
        count: passed.length - 1,
      },
    ]);
    expect(rig.jobs.map(({ slot }) => slot)).toEqual([passed.at(-1)]);
    expect(rig.jobs[0]?.delayMs).toBe(noon + 250_000 - passed.at(-1)!);
  });
});

describe('set clock', () => {
  it('back by an hour keeps interval checks regular, and recorded slots increase by 1 ms', async () => {
    const rig = createRig();
    rig.update([plan('gpt')]);
    await rig.time.pass(180_000);
    rig.time.setClock(-3_600_000);
    const [before, last] = [rig.jobs.length, rig.jobs.at(-1)!.slot];
    await rig.time.pass(180_000);
    const added = rig.jobs.slice(before);
    expect(added.length).toBe(3);
    expect(added.map(({ slot }) => slot)).toEqual([last + 1, last + 2, last + 3]);
    expect(added[0]!.at - rig.jobs[before - 1]!.at).toBe(60_000);
    expect(Math.max(...added.map(({ delayMs }) => delayMs))).toBe(0);
  });

  it('back moves cron checks to the times of the new clock', async () => {
    const rig = createRig();
    rig.update([
      plan('gpt', { schedule: { kind: 'cron', expression: '0 * * * *', timezone: 'UTC', spreadMs: 0 } }),
    ]);
    await rig.time.pass(60_000);
    rig.time.setClock(-600_000);
    await rig.time.pass(1000);
    expect(rig.scheduler.nextDue('gpt')).toBe(noon);
  });

  it('forward misses the skipped slots except the newest', async () => {
    const rig = createRig();
    rig.update([plan('gpt')]);
    rig.time.setClock(3_600_000);
    await rig.time.pass(1000);
    expect([rig.missed[0]?.cause, rig.missed[0]?.count, rig.jobs.length]).toEqual(['loop_blocked', 59, 1]);
    expect(rig.jobs[0]!.delayMs).toBeLessThanOrEqual(1000);
  });

  it('with a stored slot in the future does not delay checks after a restart', async () => {
    const rig = createRig();
    rig.update([plan('gpt', { lastSlot: noon + 86_400_000 })]);
    await rig.time.pass(120_000);
    expect(rig.jobs.map(({ slot }) => slot)).toEqual([noon + 86_400_001, noon + 86_400_002]);
  });
});
