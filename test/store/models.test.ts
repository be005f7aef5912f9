import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { batchOf, modelWrite, result, start, workplace } from './samples.js';

const place = workplace();
const now = start + 1000;

describe('registration of a model', () => {
  it('names models that are not retired, and those that are asked for', async () => {
    const store = place.fresh();
    for (const id of ['a', 'b', 'c']) await store.register(id, start, null);
    await store.retire([1, 2], start + 1);
    expect((await store.names([])).map(({ id }) => id)).toEqual(['c']);
    expect(await store.names(['b', 'nobody', 'c'])).toEqual([
      { key: 2, id: 'b', retiredAt: start + 1 },
      { key: 3, id: 'c', retiredAt: null },
    ]);
    expect((await store.names([1])).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it.each([
    ['health', "'{'"],
    ['latest', "'['"],
  ])('names the model whose %s cannot be read', async (column, value) => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    await store.register('gpt', start, null);
    await store.close();
    const database = new Database(path);
    database.exec(`UPDATE models SET ${column} = ${value}`);
    database.close();
    await expect(place.open(path).models()).rejects.toMatchObject({
      kind: 'foreign',
      message: expect.stringMatching(
        /^the row of the model "gpt" in the database cannot be read: ./,
      ) as unknown,
    });
  });

  it('assigns a permanent key', async () => {
    const store = place.fresh();
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
    const store = place.fresh();
    const { key } = await store.register('old', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
    expect(await store.register('new', now, 'old')).toMatchObject({ key, id: 'new', firstSeen: start });
    expect((await store.models()).map(({ id }) => id)).toEqual(['new']);
    expect(await store.register('new', now, 'old')).toMatchObject({ key });
  });

  it('can rename over an id without history, but not over one with history', async () => {
    const store = place.fresh();
    const old = await store.register('old', start, null);
    await store.register('empty', start, null);
    const full = await store.register('full', start, null);
    await store.write(batchOf(modelWrite(full.key, { results: [result(start)] })));
    expect(await store.register('full', now, 'old')).toMatchObject({ key: full.key });
    expect(await store.register('empty', now, 'old')).toMatchObject({ key: old.key });
    expect((await store.models()).map(({ id }) => id)).toEqual(['empty', 'full']);
  });

  it('ignores the old id if it does not exist', async () => {
    const store = place.fresh();
    expect(await store.register('new', now, 'never')).toMatchObject({ id: 'new', firstSeen: now });
    expect(await store.register('self', now, 'self')).toMatchObject({ id: 'self', firstSeen: now });
  });

  it('retires several models in one transaction', async () => {
    const path = `${place.directory()}/store.db`;
    const store = place.open(path);
    const keys = [];
    for (const id of ['a', 'b', 'c']) keys.push((await store.register(id, start, null)).key);
    const other = new Database(path);
    other.exec(
      `CREATE TRIGGER refuse BEFORE UPDATE ON models WHEN new.id = 'b' BEGIN SELECT raise(ABORT, 'no'); END`,
    );
    await expect(store.retire(keys, now)).rejects.toThrow();
    const retired = async () => (await store.models()).map(({ retiredAt }) => retiredAt);
    expect(await retired()).toEqual([null, null, null]);
    other.exec('DROP TRIGGER refuse');
    other.close();
    await store.retire(keys, now);
    expect(await retired()).toEqual([now, now, now]);
  });

  it('restores a retired model without its watermark', async () => {
    const store = place.fresh();
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { watermark: start, health: { a: 1 } })));
    await store.retire([key], now);
    await store.retire([key], now + 1);
    expect(await store.models()).toMatchObject([{ retiredAt: now, watermark: null }]);
    const back = await store.register('gpt', now + 2, null);
    expect(back).toMatchObject({ key, retiredAt: null, watermark: null, health: { a: 1 } });
  });

  it('restores a model without the watermark of a result written after its removal', async () => {
    const store = place.fresh();
    const { key } = await store.register('gpt', start, null);
    await store.retire([key], now);
    await store.write(batchOf(modelWrite(key, { results: [result(start)], watermark: start })));
    const back = await store.register('gpt', now + 1, null);
    expect(back).toMatchObject({ key, retiredAt: null, watermark: null });
  });

  it('is rejected after the store is closed', async () => {
    const store = place.fresh();
    await store.close();
    await expect(store.register('gpt', start, null)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
