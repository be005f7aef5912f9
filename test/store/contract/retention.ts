import { describe, expect, it } from '@jest/globals';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import type { Incident } from '../../../src/domain/incident.js';
import type { Store } from '../../../src/store/port.js';
import { batchOf, counted, durationsIn, failed, modelWrite, result, start } from '../samples.js';
import type { StoreKind } from './opener.js';

export function retentionContract(place: StoreKind): void {
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100_000 };
  const short = { checksMs: dayMs, failuresMs: 3 * dayMs, hoursMs: 5 * dayMs, daysMs: 10 * dayMs };
  const point = (from: number) => ({ from, state: 'healthy' as const, reason: null });
  const incident = (openedAt: number, closedAt: number | null): Incident => ({
    openedAt,
    closedAt,
    reason: 'timeout',
    blame: 'provider',
    checksFailed: 2,
    lastDetail: null,
  });

  async function sweep(store: Store, now: number): Promise<number> {
    let batches = 1;
    while (await store.prune(now)) batches += 1;
    return batches;
  }

  /** One model with something of each kind every six hours over twelve days. */
  async function lived() {
    const store = await place.fresh({ retention: () => short });
    const { key } = await store.register('gpt', start, null);
    for (let n = 0; n < 48; n += 1) {
      const at = start + n * 6 * hourMs;
      const write = modelWrite(key, {
        ...counted([result(at), failed(at + 1)]),
        points: [point(at)],
        gaps: [at],
        epochs: [{ from: at, settings: n }],
        maintenance: [{ from: at, to: at + 10 }],
        incidents: [incident(at, n % 2 === 0 ? at + 5 : null)],
      });
      await store.write(batchOf(write));
    }
    return { store, key };
  }
  const now = start + 12 * dayMs;
  const since = (ages: number) => now - ages;

  describe('retention', () => {
    it('keeps each kind of data for its time, and always keeps what is current', async () => {
      const { store, key } = await lived();
      await sweep(store, now);
      const oldest = async (outcome: 'healthy' | 'unhealthy') =>
        (await store.results(key, { ...everything, outcome })).at(-1)?.slot;
      expect(await oldest('healthy')).toBe(since(short.checksMs));
      expect(await oldest('unhealthy')).toBe(since(short.failuresMs) + 1);
      expect((await store.results(key, everything)).at(-1)?.detail).toBe('boom');
      expect((await store.gaps(key))[0]).toBe(since(short.checksMs));
      expect((await store.epochs(key))[0]?.from).toBe(since(short.checksMs));
      expect((await store.points(key, 0, now))[0]?.from).toBe(since(short.daysMs));
      expect((await store.maintenance(key, 0, now))[0]?.from).toBe(since(short.daysMs));
      const incidents = await store.incidents({ limit: 1000 });
      expect(incidents.filter(({ closedAt }) => closedAt === null)).toHaveLength(24);
      expect(incidents.filter(({ closedAt }) => closedAt !== null).at(-1)?.openedAt).toBe(
        since(short.daysMs),
      );
    });

    it('leaves pruned time unknown instead of scaling the rest', async () => {
      const { store, key } = await lived();
      await sweep(store, now);
      const kept = await durationsIn(store, key, now - short.daysMs, now);
      const { unknown, ...others } = await durationsIn(store, key, start, now);
      expect(others).toEqual({ ...kept, unknown: undefined });
      expect(unknown).toBe(kept.unknown + now - short.daysMs - start);
      expect(await durationsIn(store, key, start, start + dayMs)).toMatchObject({
        healthy: 0,
        unknown: dayMs,
      });
    });

    it('keeps the last point and the last epoch regardless of age', async () => {
      const { store, key } = await lived();
      await sweep(store, now + 3650 * dayMs);
      const last = start + 47 * 6 * hourMs;
      expect(await store.points(key, 0, now)).toEqual([point(last)]);
      expect(await store.epochs(key)).toEqual([{ from: last, settings: 47 }]);
      expect(await store.models()).toHaveLength(1);
    });

    it('deletes a retired model only when its history has expired', async () => {
      const { store, key } = await lived();
      await store.register('other', start, null);
      await store.retire([key], now);
      await sweep(store, now + 9 * dayMs);
      expect((await store.models()).map(({ id }) => id)).toEqual(['gpt', 'other']);
      await sweep(store, now + 12 * dayMs);
      expect((await store.models()).map(({ id }) => id)).toEqual(['other']);
      expect(await store.incidents({ limit: 10 })).toEqual([]);
      expect(await store.points(key, 0, now)).toEqual([]);
    });

    it('keeps a model that returns while its history is being deleted', async () => {
      const { store } = await lived();
      const { key } = await store.register('other', start, null);
      const old = modelWrite(key, { ...counted([result(start)]), points: [point(start)] });
      await store.write(batchOf(old));
      await store.retire([key], start + 1);
      const later = now + 30 * dayMs;
      // The first batch is used up by the other model.
      expect(await store.prune(later)).toBe(true);
      await store.register('other', later, null);
      const fresh = modelWrite(key, { ...counted([result(later)]), points: [point(later)] });
      await store.write(batchOf(fresh));
      await sweep(store, later);
      expect(await store.results(key, everything)).toMatchObject([{ slot: later }]);
      expect(await store.points(key, 0, later + 1)).toContainEqual(point(later));
      expect((await store.counts(key, later - hourMs, later + hourMs, [])).outcomes.healthy).toBe(1);
    });

    it('runs at most once an hour', async () => {
      const { store } = await lived();
      expect(await sweep(store, now)).toBeGreaterThan(1);
      expect(await store.prune(now + 1)).toBe(false);
    });
  });
}
