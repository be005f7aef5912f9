import { describe, expect, it } from '@jest/globals';
import type { Incident } from '../../../src/domain/incident.js';
import { hourMs } from '../../../src/domain/period.js';
import { batchOf, counted, failed, modelWrite, noTotals, result, start } from '../samples.js';
import type { StoreKind } from './opener.js';

export function writtenContract(place: StoreKind): void {
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 };
  const incident: Incident = {
    openedAt: start,
    closedAt: null,
    reason: 'timeout',
    blame: 'provider',
    checksFailed: 2,
    lastDetail: 'headers',
  };

  describe('written batch', () => {
    it('is returned newest first; older healthy results have no text', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const [first, second, third] = [
        result(start),
        failed(start + 60_000),
        result(start + 120_000),
      ] as const;
      await store.write(batchOf(modelWrite(key, { results: [first, second] })));
      await store.write(batchOf(modelWrite(key, { results: [third] })));
      const notKept = { retryAfterMs: null, rateLimitRemaining: {}, certificateExpiresAt: null };
      expect(await store.results(key, everything)).toEqual([
        third,
        { ...second, ...notKept },
        { ...first, ...notKept, phases: {}, response: null, responseModel: null },
      ]);
    });

    it('preserves unusual values of a result', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const unusual = result(start, {
        kind: 'manual',
        maintenance: true,
        startedAt: start - 5,
        durationMs: null,
        firstTokenMs: 77,
        speed: { firstTextMs: null, firstReasoningMs: 77, contentMs: 0, gapMs: 3_600_000 },
        outcome: 'unknown',
        reason: 'internal_error',
        httpStatus: null,
        usage: null,
        costNanos: 9_007_199_254,
        keyIndex: null,
        rateLimitRemaining: {},
        certificateExpiresAt: null,
      });
      await store.write(batchOf(modelWrite(key, { results: [unusual, result(start + 1)] })));
      expect((await store.results(key, everything))[1]).toEqual(unusual);
    });

    it('preserves any HTTP status', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const statuses = [null, 0, 99, 100, 101, 199, 200, 201, 599, 600, 999];
      const results = statuses.map((httpStatus, index) => result(start + index, { httpStatus }));
      await store.write(batchOf(modelWrite(key, { results })));
      const kept = await store.results(key, everything);
      expect(kept.map(({ httpStatus }) => httpStatus)).toEqual(statuses.toReversed());
    });

    it('is filtered by outcome and paged by slot', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const results = [0, 1, 2, 3, 4, 5].map((n) => (n % 2 ? failed(start + n) : result(start + n)));
      await store.write(batchOf(modelWrite(key, { results })));
      const slots = async (query: object) =>
        (await store.results(key, { ...everything, ...query })).map(({ slot }) => slot - start);
      expect(await slots({ outcome: 'unhealthy' })).toEqual([5, 3, 1]);
      expect(await slots({ outcome: 'healthy' })).toEqual([4, 2, 0]);
      expect(await slots({ outcome: 'degraded' })).toEqual([]);
      expect(await slots({ before: start + 4, limit: 2 })).toEqual([3, 2]);
      expect(await slots({ from: start + 1, to: start + 3 })).toEqual([2, 1]);
    });

    it('is restored after a restart', async () => {
      const where = await place.somewhere();
      const first = await where.open();
      const { key } = await first.register('gpt', start, null);
      const latest = failed(start + 60_000);
      const ok = { outcome: 'healthy', reason: 'ok', count: 1 } as const;
      const write = modelWrite(key, {
        results: [result(start), latest],
        health: { belief: 'up' },
        watermark: latest.slot,
        totals: { results: [ok], inputTokens: 14, outputTokens: 3, versionChanges: 1 },
      });
      await first.write({ models: [write], missed: new Map([['overlap', 2]]) });
      await first.write({
        models: [{ ...write, results: [], watermark: null }],
        missed: new Map([['overlap', 3]]),
      });
      await first.close();
      const second = await where.open();
      expect(await second.models()).toEqual([
        {
          key,
          id: 'gpt',
          firstSeen: start,
          retiredAt: null,
          health: { belief: 'up' },
          watermark: latest.slot,
          latest,
          lastSuccess: start,
          totals: { results: [{ ...ok, count: 2 }], inputTokens: 28, outputTokens: 6, versionChanges: 2 },
        },
      ]);
      expect(await second.missed()).toEqual(new Map([['overlap', 5]]));
    });

    it('rewrites the timeline from the given time', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const at = (from: number, state: 'healthy' | 'unhealthy' | 'unknown') => ({
        from,
        state,
        reason: null,
      });
      await store.write(
        batchOf(modelWrite(key, { points: [at(1, 'unknown'), at(10, 'healthy'), at(20, 'unknown')] })),
      );
      await store.write(batchOf(modelWrite(key, { rewriteFrom: 15, points: [at(15, 'unhealthy')] })));
      expect(await store.points(key, 0, 100)).toEqual([
        at(1, 'unknown'),
        at(10, 'healthy'),
        at(15, 'unhealthy'),
      ]);
      expect(await store.points(key, 12, 15)).toEqual([at(10, 'healthy')]);
      expect(await store.points(key, 15, 16)).toEqual([at(15, 'unhealthy')]);
    });

    it('upserts incidents and lists them by overlap', async () => {
      const store = await place.fresh();
      const a = await store.register('a', start, null);
      const b = await store.register('b', start, null);
      const closed = { ...incident, closedAt: start + 100, checksFailed: 5 };
      const open = { ...incident, openedAt: start + 50, blame: null };
      await store.write(batchOf(modelWrite(a.key, { incidents: [incident] })));
      await store.write(
        batchOf(modelWrite(a.key, { incidents: [closed] }), modelWrite(b.key, { incidents: [open] })),
      );
      const found = async (query: object) =>
        (await store.incidents({ limit: 10, ...query })).map(({ id }) => id);
      expect(await store.incidents({ limit: 10 })).toEqual([
        { ...open, id: 2, model: 'b', notes: [], exclusions: [], acknowledged: null },
        { ...closed, id: 1, model: 'a', notes: [], exclusions: [], acknowledged: null },
      ]);
      expect(await found({ open: true })).toEqual([2]);
      expect(await found({ open: false })).toEqual([1]);
      expect(await found({ model: a.key })).toEqual([1]);
      expect(await found({ from: start + 100 })).toEqual([2]);
      expect(await found({ to: start + 50 })).toEqual([1]);
      expect(await found({ before: 2 })).toEqual([1]);
      expect(await found({ limit: 1 })).toEqual([2]);
      // With its model it ended.
      await store.retire([b.key], start + 200);
      expect(await found({ open: true })).toEqual([]);
      expect(await found({ open: false })).toEqual([2, 1]);
      expect(await found({ from: start + 199 })).toEqual([2]);
      expect(await found({ from: start + 200 })).toEqual([]);
    });

    it('stores gaps, epochs and maintenance, and removes maintenance', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const epochs = [{ from: start, settings: { every: 60 } }];
      const maintenance = [
        { from: 10, to: 20 },
        { from: 30, to: 40 },
      ];
      await store.write(batchOf(modelWrite(key, { gaps: [5, 6], epochs, maintenance })));
      await store.write(
        batchOf(
          modelWrite(key, {
            gaps: [6],
            maintenance: [
              { from: 10, to: 15 },
              { from: 30, to: 30 },
            ],
          }),
        ),
      );
      expect(await store.gaps(key)).toEqual([5, 6]);
      expect(await store.epochs(key)).toEqual(epochs);
      expect(await store.maintenance(key, 0, 100)).toEqual([{ from: 10, to: 15 }]);
      expect(await store.maintenance(key, 15, 100)).toEqual([]);
    });

    it('is rejected as a whole if one of its models is unknown', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const known = modelWrite(key, { ...counted([result(start)]), totals: { ...noTotals, inputTokens: 1 } });
      await expect(store.write(batchOf(known, modelWrite(key + 1)))).rejects.toMatchObject({
        kind: 'unknown_model',
      });
      expect(await store.results(key, everything)).toEqual([]);
      await store.write(batchOf(known));
      await store.write(batchOf({ ...known, results: [], rollups: new Map() }));
      const counts = await store.counts(key, start, start + hourMs);
      expect(counts.outcomes.healthy).toBe(1);
    });
  });
}
