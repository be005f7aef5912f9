import { expect, it } from '@jest/globals';
import type pg from 'pg';
import { connect, type Database, type Sql } from '../../../../src/store/postgres/database.js';
import { mostSilenceMs } from '../../../../src/store/postgres/postgres-store.js';
import { prepareLeaseTable } from '../../../../src/store/postgres/fleet/lease-table.js';
import { leaseMs, renewMs } from '../../../../src/store/postgres/fleet/lease-times.js';
import { createPartitions } from '../../../../src/store/postgres/partitions.js';
import { prepareWrite } from '../../../../src/store/postgres/write/store-write.js';
import { batchOf, modelWrite, result, silent, start } from '../../samples.js';
import { withServer } from '../server.js';
import { until, useMembers } from './members.js';
import { openWay } from './way.js';

/** True while a statement waits for a lock. */
async function isWaited(looking: pg.Client): Promise<boolean> {
  const { rows } = await looking.query('SELECT 1 FROM pg_locks WHERE NOT granted');
  return rows.length > 0;
}

withServer('a fleet whose database fails', (server) => {
  const members = useMembers(server);

  it('keeps its shards over a restart of the server, and says once what is wrong', async () => {
    const { join } = await members();
    const { fleet, told, logged } = await join();
    told.length = 0;
    logged.length = 0;
    const ofLeases = () => logged.filter((line) => line.includes('leases'));
    await server().stop();
    expect(await fleet.renew()).toBe(false);
    expect(await fleet.renew()).toBe(false);
    expect(fleet.renewalsFailed()).toBe(2);
    expect(fleet.mayStart(0)).toBe(true);
    await server().start();
    expect(await fleet.renew()).toBe(true);
    expect(await fleet.renew()).toBe(true);
    expect(fleet.renewalsFailed()).toBe(2);
    expect(told).toEqual([]);
    expect(fleet.fenceOf(0)).toEqual({ shard: 0, fence: 1 });
    expect(ofLeases()).toEqual([
      expect.stringMatching(/^error: .*no check starts after 13 s.*(?:no server|connection)/),
      expect.stringMatching(/^info: the leases of the shards are renewed again/),
    ]);
  });

  it('gives up a renewal that hangs, and goes on with the next', async () => {
    const { join, connection } = await members();
    const { fleet, time, logged } = await join();
    const other = await connection();
    await other.query('BEGIN; UPDATE shard SET until = until WHERE id = 5');
    time.block(8_000);
    const renewing = fleet.renew();
    await until(() => isWaited(other), 'a renewal that waits');
    await time.pass(4_500);
    expect(await renewing).toBe(false);
    expect(logged.join()).toContain('does not answer within 4.5 s');
    expect(fleet.mayStart(5)).toBe(true);
    time.block(500);
    // The database has not answered, but by its own clock the instance knows.
    expect(fleet.mayStart(5)).toBe(false);
    await other.query('COMMIT');
    expect(await fleet.renew()).toBe(true);
    expect(fleet.mayStart(5)).toBe(true);
  });

  it('is started without a database that answers, and has its shards when there is one', async () => {
    const { open } = await members();
    const { fleet } = await open();
    await server().stop();
    await fleet.start();
    expect(fleet.renewalsFailed()).toBe(1);
    await server().start();
    await fleet.renew();
    expect(fleet.owned()).toHaveLength(256);
  });

  it('has shards again that it could not give back', async () => {
    const { join, rest, owners } = await members();
    const told: string[] = [];
    let end = (): void => undefined;
    const written = new Promise<void>((resolve) => (end = resolve));
    const { fleet } = await join({
      gained: (shards) => void told.push(`+${shards.length}`),
      lost(shards) {
        told.push(`-${shards.length}`);
        return written;
      },
    });
    const other = await join();
    await rest();
    const renewing = fleet.renew();
    await until(() => told.includes('-128'), 'shards to give back');
    await server().stop();
    end();
    expect(await renewing).toBe(false);
    expect(fleet.owned()).toHaveLength(128);
    await server().start();
    await other.fleet.renew();
    expect(await fleet.renew()).toBe(true);
    expect(told).toEqual(['+256', '-128', '+128', '-128']);
    expect((await owners()).get(fleet.id)).toBe(128);
  });

  it('renews beside a write that takes long, whose shards nobody claims meanwhile', async () => {
    const { store, join, connection, age } = await members();
    const [a, b] = [await join(), await join()];
    const { key } = await store.register('gpt', start, null);
    const holding = await connection();
    // The write has locked its shard, and waits for the row of the model.
    await holding.query('BEGIN; SELECT 1 FROM model FOR UPDATE');
    const write = store.write({
      ...batchOf(modelWrite(key, { results: [result(start)] })),
      fences: [a.fleet.fenceOf(5)!],
    });
    await until(() => isWaited(holding), 'a write that waits');
    expect(await a.fleet.renew()).toBe(true);
    await age(15_000);
    await b.fleet.renew();
    expect(b.fleet.owned()).toHaveLength(255);
    expect(b.fleet.fenceOf(5)).toBeNull();
    await holding.query('COMMIT');
    await write;
    await b.fleet.renew();
    expect(b.fleet.fenceOf(5)).toEqual({ shard: 5, fence: 2 });
  });

  it('takes the shards of an instance that is suspended within a write', async () => {
    // The server ends the transaction before the lease does.
    expect(mostSilenceMs).toBeLessThan(leaseMs - renewMs);
    const { url, store, join, age } = await members();
    const [a, b] = [await join(), await join()];
    const { key } = await store.register('gpt', start, null);
    const batch = {
      ...batchOf(modelWrite(key, { results: [result(start)] })),
      fences: [a.fleet.fenceOf(5)!],
    };
    const database = await connect({ url, idleInTransactionMs: 300, log: silent });
    try {
      let [suspended, goOn] = [false, (): void => undefined];
      const whenOn = new Promise<void>((resolve) => (goOn = resolve));
      const transaction: Database['transaction'] = (work, how) => {
        const slow = (sql: Sql): Sql => ({
          async run(...asked) {
            const answer = await sql.run<never>(...asked);
            suspended = true;
            await whenOn;
            return answer;
          },
        });
        return database.transaction((sql) => work(slow(sql)), how);
      };
      const partitions = createPartitions(database);
      const write = prepareWrite({ ...database, transaction }, partitions)(batch);
      const failed = expect(write).rejects.toMatchObject({ kind: 'unavailable' });
      await until(() => suspended, 'a write that has its locks');
      await age(15_000);
      await until(async () => {
        await b.fleet.renew();
        return b.fleet.fenceOf(5) !== null;
      }, 'the shard of the suspended instance');
      goOn();
      await failed;
    } finally {
      await database.close();
    }
  });

  it('lets no write pass while its shard is being claimed', async () => {
    const { url, store, connection } = await members();
    const { key } = await store.register('gpt', start, null);
    const database = await connect({ url, log: silent });
    try {
      let [claimed, commit] = [false, (): void => undefined];
      const mayCommit = new Promise<void>((resolve) => (commit = resolve));
      const transaction: Database['transaction'] = (work) =>
        database.transaction(async (sql) => {
          const done = await work(sql);
          claimed = true;
          await mayCommit;
          return done;
        });
      const claim = prepareLeaseTable({ ...database, transaction }, 'heir').claim(1, 5, 5);
      await until(() => claimed, 'a claim without its commit');
      const write = store.write({
        ...batchOf(modelWrite(key, { results: [result(start)] })),
        fences: [{ shard: 5, fence: 0 }],
      });
      const fenced = expect(write).rejects.toMatchObject({ kind: 'fenced', shards: [5] });
      const looking = await connection();
      await until(() => isWaited(looking), 'a write that waits');
      commit();
      expect(await claim).toEqual([{ id: 5, fence: 1 }]);
      await fenced;
    } finally {
      await database.close();
    }
  });

  it('works without prepared statements, as a pooler of transactions needs', async () => {
    const { url, open, rest } = await members();
    const way = await openWay(url);
    const options = { url: way.url, listenUrl: url };
    const [a, b] = [await open({ ...options, prepared: false }), await open({ ...options, prepared: false })];
    try {
      await a.fleet.start();
      await b.fleet.start();
      await rest();
      await a.fleet.renew();
      await b.fleet.renew();
      expect(b.fleet.owned()).toHaveLength(128);
      expect(await a.fleet.withRegistry(({ fence }) => Promise.resolve(fence.fence))).toBe(1);
      expect(way.sent()).toContain('FOR UPDATE SKIP LOCKED');
      // The names that are given to statements.
      expect(way.sent()).not.toContain('modelpulse-');
    } finally {
      await a.fleet.stop();
      await b.fleet.stop();
      await way.close();
    }
  });
});
