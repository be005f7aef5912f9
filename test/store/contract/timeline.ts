import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exclude } from '../../../src/domain/exclusion.js';
import { newHealth } from '../../../src/domain/health.js';
import { hourMs } from '../../../src/domain/period.js';
import { states, type Interval, type StatePoint } from '../../../src/domain/state.js';
import { intervalsOf } from '../../../src/domain/timeline.js';
import { timelineBetween } from '../../../src/store/history.js';
import { batchOf, modelWrite, start } from '../samples.js';
import { amount } from '../../slow.js';
import type { StoreKind } from './opener.js';

export function timelineContract(place: StoreKind): void {
  const end = start + 24 * hourMs;
  const stored = { ...newHealth(start), settled: end, validUntil: end };
  const time = fc.integer({ min: start, max: end });
  const interval = fc
    .tuple(time, time)
    .map(([a, b]): Interval => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  const line = fc
    .uniqueArray(time, { minLength: 1, maxLength: 40 })
    .map((times) => [start, ...times.filter((each) => each > start)].sort((a, b) => a - b))
    .chain((times) =>
      fc.tuple(
        ...times.map((from) => fc.constantFrom(...states).map((state) => ({ from, state, reason: null }))),
      ),
    );

  describe('paged timeline', () => {
    it('has the same intervals as the whole timeline for any page size and exclusions', async () => {
      const store = await place.fresh();
      let model = 0;
      await fc.assert(
        fc.asyncProperty(
          line,
          interval,
          fc.array(interval, { maxLength: 3 }),
          fc.integer({ min: 1, max: 9 }),
          async (points: StatePoint[], window, exclusions, most) => {
            const { key } = await store.register(`model-${(model += 1)}`, start, null);
            await store.write(batchOf(modelWrite(key, { points })));
            const past = { key, stored: { ...stored, state: points.at(-1)!.state }, exclusions };
            const whole = exclude(intervalsOf(points, window), exclusions);
            expect(await timelineBetween(store, past, window)).toEqual(whole);
            const paged = [];
            for (let from = window.from; ;) {
              const page = await timelineBetween(store, past, { from, to: window.to }, most);
              expect(page.length).toBeLessThanOrEqual(most);
              paged.push(...page);
              if (page.length < most) break;
              from = page.at(-1)!.to;
            }
            expect(paged.map(({ from, to, state }) => ({ from, to, state }))).toEqual(
              whole.map(({ from, to, state }) => ({ from, to, state })),
            );
          },
        ),
        { numRuns: amount(150, 30) },
      );
    });
  });
}
