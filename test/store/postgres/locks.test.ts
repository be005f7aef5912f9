import { afterEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { dayMs } from '../../../src/domain/period.js';
import { openPostgresStore, type PostgresStore } from '../../../src/store/postgres/postgres-store.js';
import { postgresMigrations } from '../contract/postgres-kind.js';
import { batchOf, counted, modelWrite, result, retention, silent, start } from '../samples.js';
import { until } from './fleet/members.js';
import { withServer } from './server.js';

withServer('locks of the PostgreSQL store', (server) => {
  let releases: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const release of releases.toReversed()) await release();
    releases = [];
  });
  async function open() {
    const url = server().fresh();
    const store: PostgresStore = await openPostgresStore({
      url,
      migrationsDir: postgresMigrations,
      retention: () => retention,
      log: silent,
    });
    releases.push(() => store.close());
    const other = new pg.Client({
      connectionString: url.replace('search_path=', 'options=-c%20search_path%3D'),
    });
    await other.connect();
    releases.push(() => other.end());
    const waits = async (): Promise<boolean> =>
      (await server().sql('postgres', 'SELECT count(*) FROM pg_locks WHERE NOT granted')).trim() !== '0';
    return { store, other, waits };
  }

  it('a registration waits for a batch, and never the batch for it', async () => {
    const { store, other, waits } = await open();
    const { key } = await store.register('gpt', start, null);
    await store.retire([key], start);
    // As a batch does: it locks the rows of its models, then updates them.
    await other.query('BEGIN');
    await other.query('SELECT key FROM model FOR NO KEY UPDATE');
    const registered = store.register('gpt', start, null);
    await until(waits, 'the registration waits');
    await other.query('UPDATE model SET watermark = 1');
    await other.query('COMMIT');
    expect((await registered).retiredAt).toBeNull();
  });

  it('retention leaves a day that a long read uses for a minute later', async () => {
    const { store, other } = await open();
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, counted([result(start)]))));
    const there = async (): Promise<boolean> =>
      (await other.query<{ found: boolean }>("SELECT to_regclass('check_20260301') IS NOT NULL AS found"))
        .rows[0]!.found;
    await other.query('BEGIN');
    await other.query('SELECT count(*) FROM check_result');
    const now = start + 200 * dayMs;
    const pruned = async (at: number): Promise<void> => {
      while (await store.prune(at));
    };
    await pruned(now);
    expect(await there()).toBe(true);
    await other.query('COMMIT');
    await pruned(now + 1_000);
    expect(await there()).toBe(true);
    await pruned(now + 61_000);
    expect(await there()).toBe(false);
  });
});
