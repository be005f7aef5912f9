import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exclude } from '../../../src/domain/exclusion.js';
import { newHealth, type Health } from '../../../src/domain/health.js';
import { mergeInto } from '../../../src/domain/histogram.js';
import { clipTo, merge, subtract } from '../../../src/domain/intervals.js';
import type { RecordedResult } from '../../../src/domain/result.js';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import { addResult, addSpan, emptyRollup, type HourlyChanges } from '../../../src/domain/rollup.js';
import { durationsOf, intervalsOf, spansOf } from '../../../src/domain/timeline.js';
import type { Interval, StatePoint } from '../../../src/domain/state.js';
import { durationsBetween } from '../../../src/store/history.js';
import type { Store } from '../../../src/store/port.js';
import { addRollup, type Tally } from '../../../src/store/tally.js';
import { batchOf, failed, modelWrite, result, retention, start } from '../samples.js';
import { amount } from '../../slow.js';
import type { StoreKind, StorePlace } from './opener.js';

export function seriesContract(place: StoreKind): void {
  const minuteMs = 60_000;
  const settled = start + 3 * dayMs - 7 * minuteMs;
  const end = settled + 2 * hourMs;

  const streamed = (n: number): Partial<RecordedResult> => ({
    firstTokenMs: 80 + n,
    speed: { firstTextMs: 80 + n, firstReasoningMs: null, contentMs: n % 2 === 0 ? 500 + n : null, gapMs: n },
    usage: { inputTokens: 14, outputTokens: 10 + n },
  });

  /** Results of every kind, one each eleven minutes. */
  const results: RecordedResult[] = [];
  for (let n = 0, slot = start; slot <= settled; n += 1, slot = start + n * 11 * minuteMs) {
    if (n % 7 === 0) results.push(failed(slot));
    else if (n % 11 === 0) results.push(result(slot, { maintenance: true }));
    else results.push(result(slot, { durationMs: 100 + n * 7, ...(n % 3 === 0 && streamed(n)) }));
  }
  const states = ['unknown', 'healthy', 'unhealthy', 'maintenance', 'degraded'] as const;
  const points: StatePoint[] = Array.from({ length: 60 }, (_, n) => ({
    from: start + n * 71 * minuteMs,
    state: states[n % states.length]!,
    reason: null,
  }));
  const stored: Health = {
    ...newHealth(start),
    settled,
    state: points.at(-1)!.state,
    belief: 'up',
    lastSuccess: { outcome: 'healthy', reason: 'ok' },
    validUntil: settled + 40 * minuteMs,
  };
  /** The whole time line, silence included. */
  const line = intervalsOf([...points, { from: stored.validUntil, state: 'unknown', reason: null }], {
    from: start,
    to: end,
  });

  const steps = [3, 7, 15, 60, 90, 180, 1440, 2160, 2880, 10_080].map((minutes) => minutes * minuteMs);
  const time = fc.integer({ min: start - hourMs, max: end });
  const interval = fc
    .tuple(time, time)
    .map(([a, b]): Interval => ({ from: Math.min(a, b), to: Math.max(a, b) }))
    .filter(({ from, to }) => to > start && from < to);
  const question = fc.record({
    window: interval,
    stepMs: fc.constantFrom(...steps),
    exclusions: fc.array(interval, { maxLength: 2 }),
  });

  interface Filled {
    readonly store: Store;
    readonly where: StorePlace;
    readonly key: number;
  }

  async function filled(kept: object): Promise<Filled> {
    const where = await place.somewhere();
    const store = await where.open({ retention: () => ({ ...retention, ...kept }) });
    const { key } = await store.register('gpt', start, null);
    const rollups: HourlyChanges = new Map();
    for (const each of results) addResult(rollups, each);
    for (const span of spansOf(points, settled, 1)) addSpan(rollups, span);
    await store.write(batchOf(modelWrite(key, { results, points, rollups })));
    while (await store.prune(settled));
    return { store, where, key };
  }

  const shorter = { checksMs: 12 * hourMs, failuresMs: 12 * hourMs, hoursMs: dayMs };

  function seriesOf({ where, key }: Filled, { window, stepMs, exclusions }: Question) {
    return where.series({ key, stored, exclusions }, window, stepMs);
  }
  type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

  /** Counts of plain results outside of `without`. */
  function countsOf(window: Interval, without: readonly Interval[]): Tally {
    const changes: HourlyChanges = new Map();
    const kept = subtract(window, merge(without));
    const counted = results.filter(({ slot }) => kept.some(({ from, to }) => from <= slot && slot < to));
    for (const each of counted) addResult(changes, each);
    const sum = emptyRollup();
    for (const change of changes.values()) addRollup(sum, change);
    return sum;
  }

  const withoutDurations = ({
    outcomes,
    blames,
    inputTokens,
    outputTokens,
    latency,
    speed,
  }: Omit<Tally, 'durations'>) => ({
    outcomes,
    blames,
    inputTokens,
    outputTokens,
    latency: [...latency].sort(([a], [b]) => a - b),
    speed: [...speed].sort(([a], [b]) => a - b),
  });

  describe('series', () => {
    it('covers the window in steps aligned to the epoch, with every ms in one state', async () => {
      for (const kept of [{}, shorter]) {
        const filledPlace = await filled(kept);
        await fc.assert(
          fc.asyncProperty(question, async (asked) => {
            const { from, to, buckets } = await seriesOf(filledPlace, asked);
            expect([from, to]).toEqual([Math.max(start, asked.window.from), asked.window.to]);
            expect([buckets[0]!.from, buckets.at(-1)!.to]).toEqual([from, to]);
            const told = exclude(line, asked.exclusions);
            buckets.forEach((bucket, index) => {
              if (index > 0)
                expect([bucket.from, bucket.from % asked.stepMs]).toEqual([buckets[index - 1]!.to, 0]);
              expect(bucket.durations).toEqual(durationsOf(clipped(told, bucket)));
            });
          }),
          { numRuns: amount(60, 8) },
        );
      }
    });

    it('counts each bucket exactly while raw results are kept', async () => {
      const filledPlace = await filled({});
      await fc.assert(
        fc.asyncProperty(question, async (asked) => {
          for (const bucket of (await seriesOf(filledPlace, asked)).buckets) {
            expect(bucket.counted).toBe(true);
            expect(withoutDurations(bucket)).toEqual(withoutDurations(countsOf(bucket, asked.exclusions)));
          }
        }),
        { numRuns: amount(60, 8) },
      );
    });

    it('matches the uptime of the same window if all of it is counted', async () => {
      for (const kept of [{}, shorter]) {
        const { store, key, ...filledPlace } = await filled(kept);
        let compared = 0;
        await fc.assert(
          fc.asyncProperty(question, async (asked) => {
            const series = await seriesOf({ store, key, ...filledPlace }, asked);
            const past = { key, stored, exclusions: asked.exclusions };
            const sum = emptyRollup();
            for (const bucket of series.buckets) addRollup(sum, bucket);
            expect(sum.durations).toEqual(await durationsBetween(store, past, asked.window));
            if (!series.buckets.every(({ counted }) => counted)) return;
            compared += 1;
            const counts = await store.counts(key, series.from, series.to, asked.exclusions);
            expect(withoutDurations(sum)).toEqual(withoutDurations(counts));
            expect(series.resolution).toBe(counts.resolution);
          }),
          { numRuns: amount(80, 20) },
        );
        expect(compared).toBeGreaterThan(amount(10, -1));
      }
    });

    it('has no counts if the step is finer than the stored data, and reports the resolution', async () => {
      const filledPlace = await filled(shorter);
      const ask = async (fromHours: number, hours: number, stepMs: number) => {
        const window = { from: start + fromHours * hourMs, to: start + (fromHours + hours) * hourMs };
        const { resolution, buckets } = await seriesOf(filledPlace, { window, stepMs, exclusions: [] });
        return { resolution, counted: buckets.map(({ counted }) => counted) };
      };
      // Hours are kept from hour 24 on, raw results from hour 59.
      expect(await ask(60, 2, hourMs / 2)).toEqual({
        resolution: 'exact',
        counted: [true, true, true, true],
      });
      expect(await ask(58, 2, hourMs / 2)).toEqual({
        resolution: 'hour',
        counted: [false, false, true, true],
      });
      expect(await ask(57, 3, 1.5 * hourMs)).toEqual({ resolution: 'hour', counted: [false, false] });
      expect(await ask(57.5, 2, hourMs)).toEqual({ resolution: 'hour', counted: [true, true, true] });
      expect(await ask(23, 2, hourMs)).toEqual({ resolution: 'day', counted: [false, true] });
      expect(await ask(12, 36, dayMs)).toEqual({ resolution: 'day', counted: [true, true] });
    });

    it('is empty for a window before the first result', async () => {
      const filledPlace = await filled({});
      const window = { from: start - 2 * dayMs, to: start - dayMs };
      expect((await seriesOf(filledPlace, { window, stepMs: hourMs, exclusions: [] })).buckets).toEqual([]);
    });

    it('has latencies that merge to those of the whole window', async () => {
      const filledPlace = await filled({});
      const { buckets } = await seriesOf(filledPlace, {
        window: { from: start, to: end },
        stepMs: dayMs,
        exclusions: [],
      });
      const latency = new Map<number, number>();
      for (const bucket of buckets) mergeInto(latency, bucket.latency);
      const { latency: whole } = countsOf({ from: start, to: end }, []);
      expect(new Map([...latency].sort())).toEqual(new Map([...whole].sort()));
    });
  });

  function clipped<T extends Interval>(intervals: readonly T[], window: Interval): T[] {
    return intervals.flatMap((each) => clipTo([each], window).map((part) => ({ ...each, ...part })));
  }
}
