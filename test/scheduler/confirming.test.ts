import { describe, expect, it } from '@jest/globals';
import type { Schedule } from '../../src/domain/schedule.js';
import { createRig, noon, plan, slotsOf } from './rig.js';

const everyTenMinutes: Schedule = { kind: 'every', everyMs: 600_000 };

describe('a check that confirms a result', () => {
  it('goes before others of its host, so that a host with more models than places is found to be down', async () => {
    const failed = new Set<string>();
    const rig = createRig({
      duration: () => 30_000,
      unconfirmed: ({ id }) => !failed.has(id) && failed.add(id).has(id),
    });
    const plans = Array.from({ length: 160 }, (_, index) => plan(`m${index}`));
    rig.update(plans);
    await rig.time.pass(600_000);
    const confirmed = plans
      .map((one) => rig.jobs.filter(({ id }) => id === one.id))
      .filter(([, second]) => second?.ended === 'done');
    // 16 places, 600 s, twice 30 s for each, and the first slots are spread over a minute.
    expect(confirmed.length).toBeGreaterThan(120);
    // A result expires two intervals and the timeout after its slot.
    for (const [first, second] of confirmed) expect(second!.slot - first!.slot).toBeLessThan(150_000);
  });

  it('waits for its turn at other hosts', async () => {
    const rig = createRig({ concurrency: 1, duration: () => 10_000, unconfirmed: ({ id }) => id === 'a1' });
    rig.update(['a1', 'a2', 'b1', 'b2'].map((id) => plan(id, { host: id[0]!, schedule: everyTenMinutes })));
    void rig.scheduler.checkNow('a1');
    await rig.time.pass(10_100);
    for (const id of ['a2', 'b1', 'b2', 'a1']) void rig.scheduler.checkNow(id);
    await rig.time.pass(60_000);
    expect(rig.jobs.map(({ id }) => id)).toEqual(['a1', 'a2', 'b1', 'a1', 'b2']);
  });
});

describe('a recheck', () => {
  /** The jobs of a model with one request a minute whose check at noon asks for a recheck 10 s after its end. */
  async function rechecked(schedule: Schedule) {
    const rig = createRig();
    rig.update([plan('gpt', { schedule, ratePerMin: 1 })]);
    void rig.scheduler.checkNow('gpt');
    await rig.time.pass(100);
    rig.scheduler.recheck('gpt', rig.time.clock.wall() + 10_000);
    await rig.time.pass(130_000);
    return rig.jobs.map(({ kind, overRate, at }) => ({ kind, overRate, after: at - rig.jobs[0]!.at }));
  }

  it('waits until the rate has room', async () => {
    const jobs = await rechecked(everyTenMinutes);
    expect(jobs).toMatchObject([{ kind: 'manual' }, { kind: 'recheck', overRate: false }]);
    expect(jobs[1]!.after).toBeGreaterThanOrEqual(59_750);
    expect(jobs[1]!.after).toBeLessThan(61_000);
  });

  it('is left to the next slot, if that would have no room after it', async () => {
    const between = [...Array(600).keys()].flatMap((more): Schedule[] => {
      const schedule: Schedule = { kind: 'every', everyMs: 100_000 + 1_000 * more };
      const [next = Infinity] = slotsOf(plan('gpt', { schedule }), noon, noon + 110_000);
      return next > noon + 70_000 && next < Infinity ? [schedule] : [];
    });
    const jobs = await rechecked(between[0]!);
    expect(jobs.slice(0, 2)).toMatchObject([
      { kind: 'manual', overRate: false },
      { kind: 'scheduled', overRate: false },
    ]);
  });
});
