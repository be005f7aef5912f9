import { describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { systemClock } from '../../src/domain/clock.js';
import type { Job } from '../../src/scheduler/port.js';
import { createScheduler } from '../../src/scheduler/scheduler.js';
import { calendar, createRig, noon, plan, slotsOf } from './rig.js';

const gpt = plan('gpt');
const [firstSlot, secondSlot] = slotsOf(gpt, noon, noon + 120_000) as [number, number];

describe('recheck', () => {
  it('runs at its time, which is its slot', async () => {
    const rig = createRig();
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 500);
    rig.scheduler.recheck('gpt', firstSlot + 10_000);
    expect(rig.scheduler.nextDue('gpt')).toBe(firstSlot + 10_000);
    await rig.time.pass(10_000);
    expect(rig.jobs.at(-1)).toMatchObject({ kind: 'recheck', slot: firstSlot + 10_000, delayMs: 0 });
    expect(rig.scheduler.nextDue('gpt')).toBe(secondSlot);
  });

  it('is replaced by the next slot if that comes first', async () => {
    const rig = createRig();
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 500);
    rig.scheduler.recheck('gpt', secondSlot);
    await rig.time.pass(70_000);
    expect(rig.jobs.map(({ kind }) => kind)).toEqual(['scheduled', 'scheduled']);
  });

  it('is dropped once another check has begun', async () => {
    const rig = createRig();
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 500);
    rig.scheduler.recheck('gpt', firstSlot + 10_000);
    void rig.scheduler.checkNow('gpt');
    await rig.time.pass(20_000);
    expect(rig.jobs.map(({ kind }) => kind)).toEqual(['scheduled', 'manual']);
  });

  it('requested by a running check starts after that check ends', async () => {
    const rig = createRig({ duration: () => 5000 });
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 10);
    rig.scheduler.recheck('gpt', firstSlot + 1000);
    await rig.time.pass(6000);
    expect(rig.jobs[1]).toMatchObject({ kind: 'recheck', slot: firstSlot + 1000 });
    expect(rig.jobs[1]!.at - rig.jobs[0]!.at).toBeGreaterThanOrEqual(5000);
    expect(rig.most.model).toBe(1);
  });
});

describe('clock set during a recheck', () => {
  /** A recheck that is due in 10 s, by a monotonic clock that does not count in whole ms. */
  async function withRecheck() {
    const rig = createRig();
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 500.375);
    rig.scheduler.recheck('gpt', rig.time.clock.wall() + 10_000);
    return { ...rig, asked: rig.time.clock.monotonic() };
  }

  it.each([-9_000, -2_500, -1_001])('by %p ms keeps the recheck delay and a whole-ms slot', async (ms) => {
    const { asked, time, jobs, scheduler } = await withRecheck();
    time.setClock(ms);
    let late = 0;
    // Each look comes at another fraction of a ms.
    await time.pass(9_900, () => (late = (late + 0.137) % 1));
    expect(jobs).toHaveLength(1);
    expect(Number.isInteger(scheduler.nextDue('gpt'))).toBe(true);
    await time.pass(200);
    expect(jobs).toHaveLength(2);
    expect(jobs[1]!.at - asked).toBeGreaterThan(9_900);
    expect(jobs[1]!.kind).toBe('recheck');
    expect(Number.isInteger(jobs[1]!.slot)).toBe(true);
  });

  it('ahead starts the recheck as soon as its time has passed, with its original slot', async () => {
    const { time, jobs } = await withRecheck();
    const slot = time.clock.wall() + 10_000;
    time.setClock(15_000);
    await time.pass(1_100);
    expect(jobs[1]).toMatchObject({ kind: 'recheck', slot });
  });

  it('back keeps the delay of a check that waits for its rate', async () => {
    const rig = createRig();
    rig.update([plan('gpt', { schedule: { kind: 'every', everyMs: 600_000 }, ratePerMin: 1 })]);
    void rig.scheduler.checkNow('gpt');
    await rig.time.pass(57_000.25);
    void rig.scheduler.checkNow('gpt');
    rig.time.setClock(-20_000);
    await rig.time.pass(3_100);
    expect(rig.jobs.map(({ overRate }) => overRate)).toEqual([false, false]);
    expect(rig.jobs[1]!.at - rig.jobs[0]!.at).toBeLessThan(60_100);
  });

  it('by less than a second is drift, and changes nothing', async () => {
    const rig = createRig();
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 500);
    rig.time.setClock(-700);
    await rig.time.pass(1_000);
    expect(rig.scheduler.nextDue('gpt')).toBe(secondSlot);
  });

  it('is applied only once', async () => {
    const { time, scheduler } = await withRecheck();
    time.setClock(-5_000);
    await time.pass(1_000);
    const due = scheduler.nextDue('gpt');
    await time.pass(3_000);
    expect(scheduler.nextDue('gpt')).toBe(due);
  });
});

describe('checkNow', () => {
  it('checks at once, and joins calls made while it runs', async () => {
    const rig = createRig();
    rig.update([gpt]);
    const all = Promise.all([rig.scheduler.checkNow('gpt'), rig.scheduler.checkNow('gpt')]);
    await rig.time.pass(200);
    await all;
    expect(rig.jobs).toMatchObject([{ kind: 'manual', slot: noon, ended: 'done' }]);
  });

  it('becomes the check of the next slot if it is still queued then', async () => {
    const rig = createRig({ perHost: 1, duration: ({ id }) => (id === 'hog' ? null : 100) });
    rig.update([plan('hog'), gpt]);
    void rig.scheduler.checkNow('hog');
    const asked = rig.scheduler.checkNow('gpt');
    await rig.time.pass(firstSlot - noon + 10);
    rig.jobs[0]!.end();
    await rig.time.pass(1000);
    await asked;
    expect(rig.jobs[1]).toMatchObject({ id: 'gpt', kind: 'scheduled', slot: firstSlot });
    expect(rig.missed.filter(({ id }) => id === 'gpt')).toEqual([]);
  });

  it('rejects for an unknown model', async () => {
    await expect(createRig().scheduler.checkNow('gpt')).rejects.toThrow('there is no model gpt');
  });
});

describe('rate', () => {
  const tenSeconds = { kind: 'every', everyMs: 10_000 } as const;

  it('that is used up exactly by the schedule is not exceeded by late timers', async () => {
    const rig = createRig();
    let turn = 0;
    rig.update([plan('gpt', { schedule: tenSeconds, ratePerMin: 6 })]);
    await rig.time.pass(7_200_000, () => (turn = (turn * 7 + 13) % 120));
    expect(rig.jobs.length).toBe(720);
    expect(rig.jobs.filter(({ overRate }) => overRate)).toEqual([]);
    expect(Math.max(...rig.jobs.map(({ delayMs }) => delayMs))).toBeLessThan(250);
  });

  it('ends excess checks, which do not count toward it', async () => {
    const rig = createRig();
    rig.update([plan('gpt', { ratePerMin: 2 })]);
    for (let ask = 0; ask < 4; ask += 1) {
      void rig.scheduler.checkNow('gpt');
      await rig.time.pass(500);
    }
    expect(rig.jobs.map(({ overRate }) => overRate)).toEqual([false, false, true, true]);
  });
});

describe('limits', () => {
  it('keep a hanging host from delaying others', async () => {
    const rig = createRig({
      concurrency: 8,
      perHost: 4,
      duration: ({ id }) => (id.startsWith('hung') ? null : 100),
    });
    const schedule = { kind: 'every', everyMs: 5000 } as const;
    const well = Array.from({ length: 20 }, (_, index) => plan(`well-${index}`, { schedule, host: 'well' }));
    rig.update([
      ...Array.from({ length: 50 }, (_, index) => plan(`hung-${index}`, { schedule, host: 'hung' })),
      ...well,
    ]);
    await rig.time.pass(60_000);
    expect(rig.missed.filter(({ id }) => id.startsWith('well'))).toEqual([]);
    expect(rig.jobs.filter(({ host }) => host === 'well').length).toBe(20 * 12);
    expect(rig.jobs.filter(({ host }) => host === 'hung').length).toBe(4);
    expect(rig.scheduler.inFlight).toBeGreaterThanOrEqual(4);
  });

  it('serve waiting hosts in turn', async () => {
    const rig = createRig({ concurrency: 1, duration: () => 10 });
    const plans = ['a1', 'a2', 'a3', 'b1', 'b2'].map((id) => plan(id, { host: id[0]! }));
    rig.update(plans);
    for (const { id } of plans) void rig.scheduler.checkNow(id);
    await rig.time.pass(100);
    expect(rig.jobs.map(({ id }) => id)).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });
});

describe('update', () => {
  it('keeps the next slot and the running check of a model with an unchanged schedule', async () => {
    const rig = createRig({ duration: () => null });
    rig.update([plan('gpt', { validUntil: -Infinity })]);
    const due = rig.scheduler.nextDue('gpt');
    rig.update([plan('gpt', { validUntil: -Infinity, host: 'two', ratePerMin: 5 })]);
    expect(rig.scheduler.nextDue('gpt')).toBe(due);
    await rig.time.pass(due! - noon);
    rig.update([plan('gpt', { lastSlot: due })]);
    expect(rig.scheduler.inFlight).toBe(1);
    expect(rig.jobs[0]!.ended).toBe('running');
  });

  it('removes a model, lets its check finish, and does not overlap it when the model returns', async () => {
    const rig = createRig({ duration: () => 30_000 });
    rig.update([gpt]);
    void rig.scheduler.checkNow('gpt');
    rig.update([]);
    expect([rig.scheduler.nextDue('gpt'), rig.scheduler.inFlight]).toEqual([null, 1]);
    rig.update([plan('gpt', { validUntil: -Infinity })]);
    await rig.time.pass(20_000);
    expect(rig.most.model).toBe(1);
    expect(rig.missed).toMatchObject([{ cause: 'overlap' }]);
    rig.update([]);
    await rig.time.pass(120_000);
    expect([rig.jobs.length, rig.jobs[0]!.ended, rig.scheduler.inFlight]).toEqual([1, 'done', 0]);
  });

  it('applies a changed schedule at once', async () => {
    const rig = createRig();
    rig.update([gpt]);
    rig.update([plan('gpt', { schedule: { kind: 'every', everyMs: 1000 } })]);
    await rig.time.pass(10_000);
    expect(rig.jobs.length).toBe(10);
  });
});

describe('stop', () => {
  it('waits for running checks and counts the slots due meanwhile', async () => {
    const rig = createRig({ duration: () => 90_000 });
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 10);
    const stopped = rig.scheduler.stop(120_000);
    expect(rig.scheduler.stop(0)).toBe(stopped);
    await rig.time.pass(91_000);
    await stopped;
    expect(rig.jobs.map(({ ended }) => ended)).toEqual(['done']);
    expect(rig.missed).toEqual([
      { id: 'gpt', cause: 'stopped', firstSlot: secondSlot, lastSlot: secondSlot, count: 1 },
    ]);
    await rig.time.pass(600_000);
    expect([rig.jobs.length, rig.missed.length]).toEqual([1, 1]);
  });

  it('aborts checks that exceed the grace period, and counts them', async () => {
    const rig = createRig({ duration: () => null });
    rig.update([gpt]);
    await rig.time.pass(firstSlot - noon + 10);
    const stopped = rig.scheduler.stop(5000);
    await rig.time.pass(4990);
    expect(rig.jobs[0]!.ended).toBe('running');
    await rig.time.pass(20);
    await stopped;
    expect(rig.jobs[0]!.ended).toBe('aborted');
    expect(rig.missed).toEqual([{ id: 'gpt', cause: 'stopped', firstSlot, lastSlot: firstSlot, count: 1 }]);
  });

  it('drops queued checks and rejects new ones', async () => {
    const rig = createRig({ concurrency: 1, duration: () => null });
    rig.update([plan('hog'), gpt]);
    void rig.scheduler.checkNow('hog');
    const waiting = rig.scheduler.checkNow('gpt');
    void rig.scheduler.stop(1000);
    await expect(waiting).rejects.toThrow('given up');
    await expect(rig.scheduler.checkNow('gpt')).rejects.toThrow('stopping');
    expect([rig.scheduler.queued, rig.scheduler.inFlight]).toEqual([0, 1]);
  });
});

describe('scheduler in real time', () => {
  it('starts checks at their slots, and ticks each second while idle', async () => {
    const begun = new EventEmitter();
    const scheduler = createScheduler({
      calendar,
      clock: systemClock,
      concurrency: 4,
      perHost: 4,
      events: { run: (job) => Promise.resolve(void begun.emit('job', job)), missed: () => undefined },
    });
    const idleSince = scheduler.lastTick;
    scheduler.update([plan('gpt', { schedule: { kind: 'every', everyMs: 1000 } })]);
    const jobs = [(await once(begun, 'job'))[0], (await once(begun, 'job'))[0]] as [Job, Job];
    expect(jobs[1].slot - jobs[0].slot).toBe(1000);
    for (const { slot, delayMs } of jobs) {
      expect(delayMs).toBeLessThan(900);
      expect(Math.abs(Date.now() - slot)).toBeLessThan(2500);
    }
    expect(scheduler.lastTick - idleSince).toBeGreaterThan(900);
    await scheduler.stop(0);
  });
});
