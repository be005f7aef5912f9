import { afterEach, expect, it } from '@jest/globals';
import {
  openPostgresStore,
  type PostgresStore,
  type PostgresStoreOptions,
} from '../../../src/store/postgres/postgres-store.js';
import { postgresMigrations } from '../contract/postgres-kind.js';
import { batchOf, counted, modelWrite, noTotals, result, retention, silent, start } from '../samples.js';
import { until } from './fleet/members.js';
import { openWay } from './fleet/way.js';
import { withServer } from './server.js';

withServer('a commit whose answer is lost', (server) => {
  let releases: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const release of releases.toReversed()) await release();
    releases = [];
  });
  async function open(
    changes: Partial<PostgresStoreOptions> = {},
  ): Promise<{ store: PostgresStore; way: Awaited<ReturnType<typeof openWay>> }> {
    const way = await openWay(server().fresh());
    const store = await openPostgresStore({
      url: way.url,
      migrationsDir: postgresMigrations,
      retention: () => retention,
      log: silent,
      ...changes,
    });
    releases.push(() => store.close(), way.close);
    return { store, way };
  }

  it('is asked for, so that what adds to sums is written once', async () => {
    const { store, way } = await open();
    const { key } = await store.register('gpt', start, null);
    const write = (slot: number) =>
      store.write({
        ...batchOf(
          modelWrite(key, {
            ...counted([result(slot)]),
            totals: {
              ...noTotals,
              results: [{ outcome: 'healthy', reason: 'ok', count: 1 }],
              inputTokens: 14,
            },
          }),
        ),
        missed: new Map([['overlap', 1]]),
      });
    await write(start);
    way.loseAnswerTo('COMMIT');
    // As the writer does, which tries again what is refused.
    await write(start + 60_000).catch(() => write(start + 60_000));
    const [model] = await store.models();
    expect(model!.totals.results).toEqual([{ outcome: 'healthy', reason: 'ok', count: 2 }]);
    expect(model!.totals.inputTokens).toBe(28);
    expect((await store.missed()).get('overlap')).toBe(2);
    expect((await store.counts(key, start, start + 3_600_000)).outcomes.healthy).toBe(2);
  });

  it('a write of which the rest never comes keeps its shards from nobody', async () => {
    const { store, way } = await open({ idleInTransactionMs: 300 });
    const { key } = await store.register('gpt', start, null);
    way.hangAfter('FOR KEY SHARE');
    const write = store.write({ ...batchOf(modelWrite(key)), fences: [{ shard: 7, fence: 0 }] });
    write.catch(() => undefined);
    const schema = /search_path=(\w+)/.exec(way.url)![1];
    const skipped = (): Promise<string> =>
      server().sql(
        'postgres',
        `SELECT count(*) FROM (SELECT 1 FROM ${schema}.shard WHERE id = 7 FOR UPDATE SKIP LOCKED) AS free`,
      );
    await until(async () => (await skipped()).trim() === '0', 'the write has its fence');
    await until(async () => (await skipped()).trim() === '1', 'the server ends the write');
  });
});
