import { describe, expect, it } from '@jest/globals';
import { batchOf, modelWrite, result, start } from '../samples.js';
import type { StoreKind } from './opener.js';

export function modelsContract(place: StoreKind): void {
  const now = start + 1000;

  describe('registration of a model', () => {
    it('names models that are not retired, and those that are asked for', async () => {
      const store = await place.fresh();
      for (const id of ['a', 'b', 'c']) await store.register(id, start, null);
      await store.retire([1, 2], start + 1);
      expect((await store.names([])).map(({ id }) => id)).toEqual(['c']);
      expect(await store.names(['b', 'nobody', 'c'])).toEqual([
        { key: 2, id: 'b', retiredAt: start + 1 },
        { key: 3, id: 'c', retiredAt: null },
      ]);
      expect((await store.names([1])).map(({ id }) => id)).toEqual(['a', 'c']);
    });

    it('assigns a permanent key', async () => {
      const store = await place.fresh();
      const first = await store.register('gpt', start, null);
      expect(first).toMatchObject({
        id: 'gpt',
        firstSeen: start,
        health: null,
        watermark: null,
        retiredAt: null,
      });
      expect(await store.register('gpt', now, null)).toEqual(first);
      expect((await store.register('other', now, null)).key).not.toBe(first.key);
    });

    it('keeps the history of a renamed model', async () => {
      const store = await place.fresh();
      const { key } = await store.register('old', start, null);
      await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
      expect(await store.register('new', now, 'old')).toMatchObject({ key, id: 'new', firstSeen: start });
      expect((await store.models()).map(({ id }) => id)).toEqual(['new']);
      expect(await store.register('new', now, 'old')).toMatchObject({ key });
    });

    it('can rename over an id without history, but not over one with history', async () => {
      const store = await place.fresh();
      const old = await store.register('old', start, null);
      await store.register('empty', start, null);
      const full = await store.register('full', start, null);
      await store.write(batchOf(modelWrite(full.key, { results: [result(start)] })));
      expect(await store.register('full', now, 'old')).toMatchObject({ key: full.key });
      expect(await store.register('empty', now, 'old')).toMatchObject({ key: old.key });
      expect((await store.models()).map(({ id }) => id)).toEqual(['empty', 'full']);
    });

    it('ignores the old id if it does not exist', async () => {
      const store = await place.fresh();
      expect(await store.register('new', now, 'never')).toMatchObject({ id: 'new', firstSeen: now });
      expect(await store.register('self', now, 'self')).toMatchObject({ id: 'self', firstSeen: now });
    });

    it('restores a retired model without its watermark', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      await store.write(batchOf(modelWrite(key, { watermark: start, health: { a: 1 } })));
      await store.retire([key], now);
      await store.retire([key], now + 1);
      expect(await store.models()).toMatchObject([{ retiredAt: now, watermark: null }]);
      const back = await store.register('gpt', now + 2, null);
      expect(back).toMatchObject({ key, retiredAt: null, watermark: null, health: { a: 1 } });
    });

    it('restores a model without the watermark of a result written after its removal', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      await store.retire([key], now);
      await store.write(batchOf(modelWrite(key, { results: [result(start)], watermark: start })));
      const back = await store.register('gpt', now + 1, null);
      expect(back).toMatchObject({ key, retiredAt: null, watermark: null });
    });

    it('is rejected after the store is closed', async () => {
      const store = await place.fresh();
      await store.close();
      await expect(store.register('gpt', start, null)).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}
