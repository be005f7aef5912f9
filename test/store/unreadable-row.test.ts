import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { start, workplace } from './samples.js';

const place = workplace();

/** A database with a row that no release has written, in a file that is damaged elsewhere or sound. */
async function unreadable(damaged: boolean) {
  const directory = place.directory();
  const path = join(directory, 'store.db');
  const store = place.open(path);
  await store.register('gpt', start, null);
  await store.close();
  const file = new Database(path);
  file.prepare('UPDATE models SET latest = ?').run('{"outcome": 498899');
  file.pragma('wal_checkpoint(TRUNCATE)');
  file.close();
  if (damaged) {
    // A number of free pages that is wrong: only a check of the whole file finds it.
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, Buffer.from([0, 0, 0, 9]), 0, 4, 36);
    closeSync(descriptor);
  }
  return { directory, path };
}

/** What reads the row: every start registers its models, one with an impossible clock reads all of them. */
const asked = {
  models: (store: ReturnType<typeof place.open>) => store.models(),
  register: (store: ReturnType<typeof place.open>) => store.register('gpt', start, null),
};

describe.each(['models', 'register'] as const)('a row that %s cannot read', (method) => {
  it.each([
    { damaged: true, kind: 'damaged', moved: true },
    { damaged: false, kind: 'foreign', moved: false },
  ])('is a sign of damage where the file is damaged: %p', async (expected) => {
    const { directory, path } = await unreadable(expected.damaged);
    const store = place.open(path);
    await expect(asked[method](store)).rejects.toMatchObject({ kind: expected.kind });
    expect(readdirSync(directory).some((name) => name.includes('.corrupt-'))).toBe(expected.moved);
    if (expected.moved) expect(await store.models()).toEqual([]);
  });

  it('is none after the start, when a look at the whole file would hold up writes', async () => {
    const { directory, path } = await unreadable(true);
    const store = place.open(path);
    await store.prune(start);
    await expect(asked[method](store)).rejects.toMatchObject({ kind: 'foreign' });
    expect(readdirSync(directory).some((name) => name.includes('.corrupt-'))).toBe(false);
  });
});
