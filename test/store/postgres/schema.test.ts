import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import type { ShardFence } from '../../../src/store/fleet-port.js';
import {
  openPostgresReader,
  openPostgresStore,
  type PostgresStore,
} from '../../../src/store/postgres/postgres-store.js';
import { postgresMigrations } from '../contract/postgres-kind.js';
import { batchOf, counted, modelWrite, result, retention, silent, start } from '../samples.js';
import { withServer } from './server.js';

withServer('schema of PostgreSQL', (server) => {
  let opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened = [];
  });
  const options = (url: string) => ({
    url,
    migrationsDir: postgresMigrations,
    retention: () => retention,
    log: silent,
  });
  const open = async (url: string): Promise<PostgresStore> => {
    const store = await openPostgresStore(options(url));
    opened.push(store);
    return store;
  };
  const schemaOf = (url: string): string => /search_path=(\w+)/.exec(url)?.[1] ?? '';

  it('is the committed one', async () => {
    const url = server().fresh();
    await open(url);
    const dump = await server().run(
      'pg_dump',
      '--schema-only',
      '--no-owner',
      '--no-privileges',
      '-n',
      schemaOf(url),
      'postgres',
    );
    const told = dump
      .split('\n')
      .filter((line) => line !== '' && !/^(?:--|SET |SELECT |CREATE SCHEMA|\\)/.test(line))
      .join('\n')
      .replaceAll(`${schemaOf(url)}.`, '');
    expect(`${told}\n`).toBe(readFileSync(join(import.meta.dirname, 'schema.txt'), 'utf8'));
  });

  it('is made once by instances that start together', async () => {
    const url = server().fresh();
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(url)));
    const models = await Promise.all(stores.map((store) => store.register('gpt', start, null)));
    expect(new Set(models.map(({ key }) => key)).size).toBe(1);
    const write = modelWrite(models[0]!.key, counted([result(start + 60_000)]));
    await Promise.all(stores.map((store) => store.write(batchOf(write))));
    expect(await stores[0]!.results(1, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 })).toHaveLength(1);
    // Histograms are merged one after the other.
    const counts = await stores[0]!.counts(1, start, start + 3_600_000);
    expect(counts.outcomes.healthy).toBe(6);
    expect([...counts.latency.values()]).toEqual([6]);
  });

  it('may have a name that is a word of SQL', async () => {
    const url = server()
      .fresh()
      .replace(/search_path=\w+/, 'search_path=user');
    const store = await open(url);
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
    expect(await store.models()).toHaveLength(1);
  });

  it('of a newer release is refused with advice', async () => {
    const url = server().fresh();
    await (await open(url)).close();
    await server().sql('postgres', `INSERT INTO ${schemaOf(url)}.schema_version VALUES (99, 99)`);
    const newer = {
      kind: 'newer',
      message: expect.stringMatching(
        /newer modelpulse \(schema 99, this one knows \d+\); upgrade/,
      ) as unknown,
    };
    await expect(open(url)).rejects.toMatchObject(newer);
    await expect(openPostgresReader(options(url))).rejects.toMatchObject(newer);
  });

  it('of a newer release is used by the one before, where its migrations say so', async () => {
    const newer = join(mkdtempSync(join(tmpdir(), 'modelpulse-')), 'migrations');
    try {
      cpSync(postgresMigrations, newer, { recursive: true });
      const known = readdirSync(newer).length;
      const numbered = (more: number): string => String(known + more).padStart(4, '0');
      const next = join(newer, `${numbered(1)}-next.sql`);
      writeFileSync(next, `-- oldest: ${known}\nALTER TABLE model ADD COLUMN next integer;\n`);
      const url = server().fresh();
      const before = await open(url);
      const { key } = await before.register('gpt', start, null);
      const write = (store: PostgresStore, slot: number) =>
        store.write(batchOf(modelWrite(key, counted([result(slot)]))));
      await write(before, start);
      const after = await openPostgresStore({ ...options(url), migrationsDir: newer });
      opened.push(after);
      // The one that runs goes on, and so does one that starts again, as after a crash.
      await write(before, start + 60_000);
      await write(after, start + 120_000);
      const again = await open(url);
      await write(again, start + 180_000);
      const reader = await openPostgresReader(options(url));
      opened.push(reader);
      expect((await reader.results(key, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 9 })).length).toBe(4);

      writeFileSync(join(newer, `${numbered(2)}-break.sql`), 'ALTER TABLE model DROP COLUMN next;\n');
      opened.push(await openPostgresStore({ ...options(url), migrationsDir: newer }));
      await expect(open(url)).rejects.toMatchObject({ kind: 'newer' });
    } finally {
      rmSync(dirname(newer), { recursive: true });
    }
  });

  it('of another program is refused, and one that is not there cannot be read', async () => {
    const url = server().fresh();
    await expect(openPostgresReader(options(url))).rejects.toMatchObject({ kind: 'missing' });
    await server().sql(
      'postgres',
      `CREATE SCHEMA ${schemaOf(url)}; CREATE TABLE ${schemaOf(url)}.model (x int)`,
    );
    await expect(open(url)).rejects.toMatchObject({ kind: 'foreign' });
  });

  it('is read without being changed', async () => {
    const url = server().fresh();
    const store = await open(url);
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, counted([result(start)]))));
    const reader = await openPostgresReader(options(url));
    opened.push(reader);
    expect((await reader.models()).map(({ id }) => id)).toEqual(['gpt']);
    expect(await reader.results(key, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 })).toHaveLength(1);
    expect(await reader.sizeBytes()).toBeGreaterThan(100_000);
  });

  it('fences off a write of shards that another instance has taken over', async () => {
    const url = server().fresh();
    const store = await open(url);
    const { key } = await store.register('gpt', start, null);
    const write = (slot: number, fences: readonly ShardFence[]) =>
      store.write({ ...batchOf(modelWrite(key, { results: [result(slot)] })), fences });
    await server().sql('postgres', `UPDATE ${schemaOf(url)}.shard SET fence = 7 WHERE id IN (3, 255)`);
    await write(start, [
      { shard: 3, fence: 7 },
      { shard: 255, fence: 7n },
    ]);
    await server().sql('postgres', `UPDATE ${schemaOf(url)}.shard SET fence = 8 WHERE id = 3`);
    await expect(
      write(start + 1, [
        { shard: 3, fence: 7 },
        { shard: 255, fence: 7 },
      ]),
    ).rejects.toMatchObject({ kind: 'fenced', shards: [3] });
    await expect(write(start + 2, [{ shard: 256, fence: 0 }])).rejects.toMatchObject({ kind: 'fenced' });
    const kept = await store.results(key, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 });
    expect(kept.map(({ slot }) => slot)).toEqual([start]);
  });

  it('drops whole partitions of results, and keeps those that are not healthy for longer', async () => {
    const url = server().fresh();
    const store = await open(url);
    const { key } = await store.register('gpt', start, null);
    const dayMs = 86_400_000;
    for (let day = 0; day < 4; day += 1) {
      const at = start + day * dayMs;
      const failed = result(at + 1, { outcome: 'unhealthy', reason: 'timeout' });
      await store.write(batchOf(modelWrite(key, { results: [result(at), failed] })));
    }
    const partitions = async () =>
      (
        await server().sql(
          'postgres',
          `SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = '${schemaOf(url)}.check_result'::regclass`,
        )
      ).trim();
    expect(await partitions()).toBe('check_20260301 check_20260302 check_20260303 check_20260304');
    const now = start + 32 * dayMs;
    while (await store.prune(now));
    expect(await partitions()).toBe(
      'check_20260303 check_20260304 check_20260402 check_20260403 kept_20260301 kept_20260302',
    );
    const results = await store.results(key, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 });
    expect(results.map(({ slot, outcome }) => [(slot - start) / dayMs, outcome === 'healthy'])).toHaveLength(
      6,
    );
    // Into a day of which only those are left, too.
    await store.write(
      batchOf(modelWrite(key, { results: [result(start + 5, { outcome: 'unhealthy', reason: 'timeout' })] })),
    );
    expect(await store.results(key, { from: start, to: start + 10, limit: 10 })).toHaveLength(2);
    const later = start + 200 * dayMs;
    while (await store.prune(later));
    expect(await partitions()).toBe('check_20260917 check_20260918');
  });
});
