import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readPeriods } from '../../src/store/excluded-periods.js';
import type { Store } from '../../src/store/port.js';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { dayMs as day } from '../../src/domain/period.js';
import { start, workplace } from '../store/samples.js';
import { StoreError } from '../../src/store/store-error.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

/** A store of a model with so many exclusions that have long reasons. */
async function excluded(count: number): Promise<Store> {
  const path = join(place.directory(), 'pulse.db');
  const store = place.open(path);
  const { key } = await store.register('gpt', start, null);
  const database = new Database(path);
  const insert = database.prepare(
    'INSERT INTO exclusions (model, starts, ends, reason, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  database.transaction(() => {
    for (let at = 0; at < count; at += 1)
      insert.run(key, start + at * minute, start + (at + 1) * minute, 'x'.repeat(2_000), start);
  })();
  database.close();
  return store;
}

describe('exclusions of a model', () => {
  it('are read in pages without their texts, which memory does not hold', async () => {
    const store = await excluded(12_001);
    const sizes: number[] = [];
    const paged: Pick<Store, 'excludedPeriods'> = {
      async excludedPeriods(after) {
        const page = await store.excludedPeriods(after);
        sizes.push(JSON.stringify(page).length);
        return page;
      },
    };
    const found = await readPeriods(paged);
    expect(found.map(({ from }) => from)).toEqual(
      Array.from({ length: 12_001 }, (_, at) => start + at * minute),
    );
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    const { roster } = createParts(store);
    await roster.replace([modelNamed('gpt')], start);
    const { exclusions, key } = roster.get('gpt')!.view;
    expect(exclusions).toHaveLength(12_001);
    expect(exclusions[0]).toEqual({ id: 1, from: start, to: start + minute, createdAt: start });
    expect(await store.exclusions(key)).toContainEqual({ ...exclusions[7], reason: 'x'.repeat(2_000) });
  });

  it('that lie ahead are stored once more when the database is lost, also if that fails half-way', async () => {
    const path = join(place.directory(), 'pulse.db');
    const store = place.open(path);
    const { key } = await store.register('gpt', start, null);
    for (const from of [start - day, start + day, start + 3 * day])
      await store.exclude(key, { from, to: from + day / 2, reason: 'move', createdAt: start - day });
    let calls = 0;
    const failingOnce: Store = {
      ...store,
      exclude(...exclusion) {
        calls += 1;
        if (calls === 2) return Promise.reject(new StoreError('unavailable', 'disk is full'));
        return store.exclude(...exclusion);
      },
    };
    const parts = createParts(failingOnce);
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute);
    rmSync(path);
    await parts.record('gpt', start + 2 * minute);
    while (!(await parts.writer.flush()));
    const { view } = parts.roster.get('gpt')!;
    expect(view.exclusions.map(({ from }) => from)).toEqual([start + day, start + 3 * day]);
    const stored = await store.exclusions(view.key);
    expect(stored.map(({ id, from }) => ({ id, from }))).toEqual(
      view.exclusions.map(({ id, from }) => ({ id, from })),
    );
    expect(stored[0]!.reason).toMatch(/its reason was in that database/);
  });
});
