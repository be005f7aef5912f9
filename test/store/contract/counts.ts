import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sumOfCosts } from '../../../src/domain/cost.js';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import { partsOf, snap, type Horizons } from '../../../src/store/window.js';
import { batchOf, counted, failed, modelWrite, result, retention, start } from '../samples.js';
import { mergeInto, observe } from '../../../src/domain/histogram.js';
import type { Outcome } from '../../../src/domain/reason.js';
import type { RecordedResult } from '../../../src/domain/result.js';
import { observeSpeed } from '../../../src/domain/speed.js';
import { amount } from '../../slow.js';
import type { StoreKind } from './opener.js';

export function countsContract(place: StoreKind): void {
  const stepMs = 11 * 60_000;

  const speedAt = (n: number) => ({
    firstTextMs: n % 2 === 0 ? null : 50 + n,
    firstReasoningMs: n % 2 === 0 ? 50 + n : null,
    contentMs: n % 3 === 0 ? null : 400 + n,
    gapMs: n,
  });
  const usageAt = (n: number) => ({ inputTokens: 14, outputTokens: 10 + (n % 20) });

  /** Three days of results of every kind, one each eleven minutes. */
  const history: RecordedResult[] = Array.from({ length: Math.floor((3 * dayMs) / stepMs) }, (_, n) => {
    const slot = start + n * stepMs;
    if (n % 7 === 0) return failed(slot);
    if (n % 11 === 0) return result(slot, { maintenance: true });
    if (n % 13 === 0) return result(slot, { outcome: 'degraded', reason: 'slow', durationMs: 9000 + n });
    if (n % 17 === 0) return result(slot, { usage: null });
    if (n % 19 === 0) return result(slot, { durationMs: null, stalled: true });
    if (n % 5 === 0) return result(slot, { firstTokenMs: 50 + n, speed: speedAt(n), usage: usageAt(n) });
    // Some are free, and of some the cost is not known; in the second day of all.
    const costNanos = n % 7 === 0 || Math.floor((n * stepMs) / dayMs) === 1 ? null : (n % 3) * 12_345_678;
    return result(slot, { durationMs: 100 + n * 7, costNanos });
  });

  /** By plain counting of what lies in the window. */
  function expected(from: number, to: number) {
    const within = history.filter(({ slot }) => from <= slot && slot < to);
    const seen = within.filter(({ maintenance }) => !maintenance);
    const latency = new Map<number, number>();
    for (const { outcome, durationMs } of seen)
      if (outcome !== 'unhealthy' && durationMs !== null) observe(latency, durationMs);
    const speed = new Map<number, number>();
    for (const each of seen) if (each.outcome !== 'unhealthy') observeSpeed(speed, each);
    const count = (outcome: Outcome) => seen.filter((each) => each.outcome === outcome).length;
    const [healthy, degraded, unhealthy] = [count('healthy'), count('degraded'), count('unhealthy')];
    return {
      outcomes: { healthy, degraded, unhealthy, unknown: 0 },
      blames: { provider: degraded + unhealthy, account: 0, config: 0, network: 0, monitor: 0 },
      inputTokens: within.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0),
      outputTokens: within.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0),
      cost: within.reduce<number | null>((sum, { costNanos }) => sumOfCosts(sum, costNanos ?? null), null),
      latency,
      speed,
    };
  }

  async function filled(changes: object) {
    const store = await place.fresh({
      retention: () => ({ ...retention, ...changes }),
    });
    const { key } = await store.register('gpt', start, null);
    for (let n = 0; n < history.length; n += 50) {
      await store.write(batchOf(modelWrite(key, counted(history.slice(n, n + 50)))));
    }
    return { store, key };
  }

  const instants = fc.integer({ min: start - hourMs, max: start + 3 * dayMs });

  describe('counts', () => {
    it('are exact for any window within raw retention, and exclude maintenance except for tokens', async () => {
      const { store, key } = await filled({});
      await fc.assert(
        fc.asyncProperty(instants, instants, async (a, b) => {
          const [from, to] = a < b ? [a, b] : [b, a];
          expect(await store.counts(key, from, to)).toEqual({ ...expected(from, to), resolution: 'exact' });
        }),
        { numRuns: amount(100, 25) },
      );
    });

    it('are extended to full hours or days if finer data is pruned', async () => {
      const now = start + 3 * dayMs;
      const { store, key } = await filled({ checksMs: 12 * hourMs, failuresMs: 12 * hourMs, hoursMs: dayMs });
      while (await store.prune(now));
      const at = (hours: number) => start + hours * hourMs + 17;
      const whole = (hours: number) => start + hours * hourMs;
      const cases = [
        { window: [at(61), at(70)], moved: [at(61), at(70)], resolution: 'exact' },
        { window: [at(50), at(70)], moved: [whole(50), at(70)], resolution: 'hour' },
        { window: [at(50), at(55)], moved: [whole(50), whole(56)], resolution: 'hour' },
        { window: [whole(50), at(70)], moved: [whole(50), at(70)], resolution: 'exact' },
        { window: [at(30), at(70)], moved: [whole(24), at(70)], resolution: 'day' },
        { window: [at(1), at(30)], moved: [whole(0), whole(48)], resolution: 'day' },
        { window: [whole(0), whole(24)], moved: [whole(0), whole(24)], resolution: 'exact' },
      ] as const;
      for (const { window, moved, resolution } of cases) {
        const counts = await store.counts(key, window[0], window[1]);
        expect(counts).toEqual({ ...expected(moved[0], moved[1]), resolution });
      }
    });
  });

  describe('parts of a window', () => {
    const horizons: Horizons = { checks: start + 2 * dayMs + 5 * hourMs, hours: start + dayMs, days: start };
    it('are disjoint, cover the window, and use only levels that have data', () => {
      fc.assert(
        fc.property(instants, instants, (a, b) => {
          const window = snap({ from: Math.max(start, Math.min(a, b)), to: Math.max(start, a, b) }, horizons);
          const { days, hours, rest } = partsOf(window, horizons);
          const parts = [...days, ...hours, ...rest].sort((x, y) => x.from - y.from);
          expect(parts.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(window.to - window.from);
          parts.slice(1).forEach((part, n) => expect(part.from).toBe(parts[n]!.to));
          for (const { from, to } of days) expect([from % dayMs, to % dayMs]).toEqual([0, 0]);
          for (const { from, to } of hours) expect([from % hourMs, to % hourMs]).toEqual([0, 0]);
          for (const { from } of hours) expect(from).toBeGreaterThanOrEqual(horizons.hours);
          for (const { from } of rest) expect(from).toBeGreaterThanOrEqual(horizons.checks);
        }),
      );
    });

    it('of some hours of several models have their histograms together', async () => {
      const { store, key } = await filled({});
      const { key: other } = await store.register('other', start, null);
      const hours = [start + hourMs, start + dayMs + hourMs, start + 40 * dayMs];
      const [found, none, empty] = await store.hourHistograms([
        { key, hours },
        { key: other, hours },
        { key, hours: [] },
      ]);
      const sum = { latency: new Map<number, number>(), speed: new Map<number, number>() };
      for (const hour of hours) {
        const { latency, speed } = expected(hour, hour + hourMs);
        mergeInto(sum.latency, latency);
        mergeInto(sum.speed, speed);
      }
      expect(found).toEqual(sum);
      expect(found!.speed.size).toBeGreaterThan(0);
      expect([none, empty]).toEqual(Array(2).fill({ latency: new Map(), speed: new Map() }));
    });
  });
}
