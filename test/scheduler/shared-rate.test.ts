import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRig, noon, plan } from './rig.js';

const hourly = { kind: 'every', everyMs: 3_600_000 } as const;

describe('rate of a model with several probes', () => {
  it('is that of all of them in sum, also after one of them left', () => {
    const rig = createRig();
    const plans = ['gpt', 'gpt#tools', 'other'].map((id) => plan(id, { schedule: hourly, ratePerMin: 2 }));
    rig.update(plans);
    expect([rig.scheduler.spend('gpt'), rig.scheduler.spend('gpt#tools')]).toEqual([true, true]);
    expect([rig.scheduler.spend('gpt'), rig.scheduler.spend('gpt#tools')]).toEqual([false, false]);
    expect(rig.scheduler.spend('other')).toBe(true);
    rig.update(plans.slice(0, 1));
    rig.update(plans);
    expect(rig.scheduler.spend('gpt#tools')).toBe(false);
  });

  it('counts the last request of each of them after a restart', () => {
    const rig = createRig();
    const plans = ['gpt', 'gpt#tools'].map((id, index) =>
      plan(id, { schedule: hourly, ratePerMin: 2, lastStart: noon - 10_000 * (index + 1) }),
    );
    rig.update(plans);
    expect(rig.scheduler.spend('gpt')).toBe(false);
  });

  it('is never exceeded in any 60 s, whatever the schedules', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        async (seconds, ratePerMin) => {
          const rig = createRig({ duration: () => 100 });
          const ids = seconds.map((_each, index) => (index === 0 ? 'gpt' : `gpt#p${index}`));
          rig.update(
            ids.map((id, index) =>
              plan(id, { schedule: { kind: 'every', everyMs: (seconds[index] ?? 1) * 1_000 }, ratePerMin }),
            ),
          );
          await rig.time.pass(180_000);
          const sent = rig.jobs.filter(({ overRate }) => !overRate).map(({ at }) => at);
          for (const from of sent)
            expect(sent.filter((at) => at >= from && at < from + 59_500).length).toBeLessThanOrEqual(
              ratePerMin,
            );
        },
      ),
      { numRuns: 15 },
    );
  });
});
