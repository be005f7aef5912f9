import { describe, expect, it } from '@jest/globals';
import { createUsualSpeeds } from '../../src/app/usual-speeds.js';
import { dayMs, hourMs } from '../../src/domain/period.js';
import type { StoreReader } from '../../src/store/port.js';
import { StoreError } from '../../src/store/store-error.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const slow = { durationMs: null, firstTokenMs: null, baseline: 3 };
const now = start + 8 * dayMs + 5 * hourMs + 1_000;

describe('usual speeds', () => {
  /** A store in which `gpt` took 100 ms at 5 o'clock of each day, 10 times. */
  async function filled() {
    const store = place.fresh();
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt', { slow }), modelNamed('other')], start);
    for (let day = 1; day <= 7; day += 1)
      for (let n = 0; n < 10; n += 1)
        await parts.record('gpt', start + day * dayMs + 5 * hourMs + n * 60_000, { durationMs: 100 });
    return { store, gpt: parts.roster.get('gpt')!, other: parts.roster.get('other')! };
  }
  const settled = async (known: () => boolean): Promise<void> => {
    while (!known()) await new Promise(setImmediate);
  };

  it('are read once an hour beside the checks, for the hour and the next', async () => {
    const { store, gpt, other } = await filled();
    const calls: number[] = [];
    const usual = createUsualSpeeds({
      hourHistograms(asked) {
        calls.push(asked.length);
        return store.hourHistograms(asked);
      },
    });
    expect(usual.of(gpt, now)).toBeNull();
    await settled(() => usual.of(gpt, now) !== null);
    expect(usual.of(gpt, now)!.durationMs! / 100).toBeCloseTo(1, 1);
    expect(calls).toEqual([2]);
    // The next hour is known before its first check, which asks for the one behind it.
    expect(usual.of(gpt, now + hourMs)).toEqual({
      durationMs: null,
      firstTokenMs: null,
      tokensPerSecond: null,
    });
    await settled(() => calls.length === 2);
    expect(calls).toEqual([2, 1]);
    // Without a baseline nothing is read.
    expect(usual.of(other, now)).toBeNull();
    expect(calls).toEqual([2, 1]);
    usual.stop();
  });

  it('are asked for again after the store failed', async () => {
    const { store, gpt } = await filled();
    let fails = true;
    const hourHistograms: StoreReader['hourHistograms'] = (asked) =>
      fails ? Promise.reject(new StoreError('unavailable', 'gone')) : store.hourHistograms(asked);
    const usual = createUsualSpeeds({ hourHistograms });
    usual.of(gpt, now);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    fails = false;
    await settled(() => usual.of(gpt, now) !== null);
    expect(usual.of(gpt, now)!.durationMs).not.toBeNull();
    usual.stop();
  });
});
