import { describe, expect, it } from '@jest/globals';
import { createRig, noon, plan } from './rig.js';

describe('request outside the schedule', () => {
  it('is allowed while the rate has room, and counts for later checks', async () => {
    const rig = createRig();
    rig.update([plan('gpt', { ratePerMin: 2 })]);
    expect([1, 2, 3].map(() => rig.scheduler.spend('gpt'))).toEqual([true, true, false]);
    await rig.time.pass(30_000);
    void rig.scheduler.checkNow('gpt');
    await rig.time.pass(6_000);
    expect(rig.jobs.map(({ kind, overRate }) => ({ kind, overRate }))).toContainEqual({
      kind: 'manual',
      overRate: true,
    });
    await rig.time.pass(60_000);
    expect(rig.scheduler.spend('gpt')).toBe(true);
  });

  it('is always allowed without a rate, and never for an unknown model', () => {
    const rig = createRig();
    rig.update([plan('free')]);
    expect(Array.from({ length: 1_000 }, () => rig.scheduler.spend('free'))).not.toContain(false);
    expect(rig.scheduler.spend('gone')).toBe(false);
  });
});

describe('after a pause', () => {
  it.each([
    ['at once', 0, false],
    ['for 30 s', 30_000, false],
    ['for over a minute', 61_000, true],
  ])('%s the rate still counts the requests of the last minute', async (_for, ms, allowed) => {
    const rig = createRig();
    const model = plan('gpt', { schedule: { kind: 'every', everyMs: 3_600_000 }, ratePerMin: 3 });
    rig.update([model]);
    for (let count = 0; count < 3; count += 1) rig.scheduler.spend('gpt');
    rig.update([]);
    await rig.time.pass(ms);
    rig.update([]);
    rig.update([{ ...model, lastStart: rig.time.clock.wall() - ms }]);
    expect(rig.scheduler.spend('gpt')).toBe(allowed);
  });

  it('during a check the rate still counts it', async () => {
    const rig = createRig({ duration: () => 5_000 });
    const model = plan('gpt', { schedule: { kind: 'every', everyMs: 3_600_000 }, ratePerMin: 2 });
    rig.update([model]);
    rig.scheduler.spend('gpt');
    void rig.scheduler.checkNow('gpt');
    rig.update([]);
    await rig.time.pass(6_000);
    rig.update([model]);
    expect(rig.scheduler.spend('gpt')).toBe(false);
  });
});

describe('after a restart', () => {
  it('the rate still counts the last request', async () => {
    const lastStart = noon - 10_000;
    const rig = createRig();
    rig.update([
      plan('gpt', { ratePerMin: 2, lastStart }),
      plan('late', { ratePerMin: 2, lastStart: noon - 60_000 }),
    ]);
    expect([rig.scheduler.spend('gpt'), rig.scheduler.spend('late')]).toEqual([false, true]);
    await rig.time.pass(20_000);
    expect([rig.scheduler.spend('gpt'), rig.scheduler.spend('gpt')]).toEqual([true, false]);
  });

  it('a schedule that uses its whole rate continues without a gap', async () => {
    const schedule = { kind: 'every', everyMs: 10_000 } as const;
    const first = createRig();
    first.update([plan('gpt', { schedule, ratePerMin: 6 })]);
    await first.time.pass(65_000);
    await first.scheduler.stop(0);
    const { at, slot } = first.jobs.at(-1)!;
    const lastStart = first.time.clock.wall() - (first.time.clock.monotonic() - at);
    const second = createRig({ time: first.time });
    second.update([plan('gpt', { schedule, ratePerMin: 6, lastSlot: slot, lastStart })]);
    await second.time.pass(65_000);
    expect(second.jobs.length).toBeGreaterThanOrEqual(6);
    expect(second.jobs.filter(({ overRate }) => overRate)).toEqual([]);
  });
});
