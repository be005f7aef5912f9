import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { start, workplace } from './samples.js';
import { modelsContract } from './contract/models.js';
import { sqliteKind } from './contract/sqlite-kind.js';

modelsContract(sqliteKind());

const place = workplace();
const now = start + 1000;

describe('registration of a model in a file', () => {
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
});
