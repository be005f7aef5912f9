import { expect, it, jest } from '@jest/globals';
import { connect } from '../../../../src/store/postgres/database.js';
import { prepareLeaseTable } from '../../../../src/store/postgres/fleet/lease-table.js';
import { batchOf, modelWrite, result, silent, start } from '../../samples.js';
import { withServer } from '../server.js';
import { until, useMembers } from './members.js';

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 };

withServer('leases of shards', (server) => {
  const members = useMembers(server);

  it('are claimed by one each, when several claim all that has expired', async () => {
    const { url, sql, owners } = await members();
    const databases = await Promise.all([1, 2, 3].map(() => connect({ url, log: silent })));
    try {
      const tables = databases.map((database, n) => prepareLeaseTable(database, `claimant-${n}`));
      for (let round = 1; round <= 20; round += 1) {
        await sql(`UPDATE shard SET owner = 'dead', until = now() - interval '1 ms'`);
        const claims = await Promise.all(tables.map((table) => table.claim(256, 0, 255)));
        const rows = claims.flat();
        expect(new Set(rows.map(({ id }) => id)).size).toBe(256);
        expect(rows).toHaveLength(256);
        expect(rows.every(({ fence }) => fence === round)).toBe(true);
        expect([...(await owners()).values()].reduce((sum, count) => sum + count)).toBe(256);
      }
      await sql(`UPDATE shard SET owner = 'dead', until = now() - interval '1 ms'`);
      const halves = await Promise.all(tables.slice(0, 2).map((table) => table.claim(128, 0, 255)));
      expect(halves.map((rows) => rows.length)).toEqual([128, 128]);
    } finally {
      for (const database of databases) await database.close();
    }
  });

  it('of an instance that dies pass on when they end, not before', async () => {
    const { join, age } = await members();
    const [a, b] = [await join(), await join()];
    expect(a.fleet.owned()).toHaveLength(256);
    expect(b.fleet.owned()).toEqual([]);
    await age(14_000);
    expect(await b.fleet.renew()).toBe(true);
    expect(b.told).toEqual([]);
    await age(1_000);
    await b.fleet.renew();
    expect(b.fleet.owned()).toHaveLength(256);
    expect(b.fleet.fenceOf(7)).toEqual({ shard: 7, fence: 2 });
    expect(b.told).toHaveLength(256);
    expect((await b.fleet.instances()).map(({ id }) => id)).toEqual([b.fleet.id]);
  });

  it('stop a zombie by its own clock before others may claim, and its fences keep it from writing', async () => {
    const { join, age, store } = await members();
    const [zombie, heir] = [await join(), await join()];
    const { key } = await store.register('gpt', start, null);
    const before = zombie.fleet.fenceOf(3)!;
    const write = (slot: number, fence = before) =>
      store.write({ ...batchOf(modelWrite(key, { results: [result(slot)] })), fences: [fence] });
    await write(start);
    // Its timers stand still, its clock does not.
    zombie.time.block(12_999);
    await age(12_999);
    expect(zombie.fleet.mayStart(3)).toBe(true);
    zombie.time.block(1);
    expect(zombie.fleet.mayStart(3)).toBe(false);
    await heir.fleet.renew();
    expect(heir.fleet.mayStart(3)).toBe(false);
    // What was begun before may still be written.
    await write(start + 1);
    await age(2_001);
    await heir.fleet.renew();
    expect(heir.fleet.mayStart(3)).toBe(true);
    await expect(write(start + 2)).rejects.toMatchObject({ kind: 'fenced', shards: [3] });
    await write(start + 3, heir.fleet.fenceOf(3)!);
    expect((await store.results(key, everything)).map(({ slot }) => slot)).toEqual([
      start + 3,
      start + 1,
      start,
    ]);
    // When it wakes up, it hears of it.
    zombie.told.length = 0;
    await zombie.fleet.renew();
    expect(zombie.told).toContain('-3');
    expect(zombie.told).toHaveLength(256);
    expect(zombie.fleet.owned()).toEqual([]);
    expect(zombie.fleet.fenceOf(3)).toBeNull();
  });

  it('go on after a late renewal when nobody has claimed them', async () => {
    const { join, age } = await members();
    const { fleet, time, told } = await join();
    told.length = 0;
    time.block(60_000);
    await age(60_000);
    expect(fleet.mayStart(0)).toBe(false);
    expect(await fleet.renew()).toBe(true);
    expect(fleet.mayStart(0)).toBe(true);
    expect(told).toEqual([]);
    expect(fleet.fenceOf(0)).toEqual({ shard: 0, fence: 1 });
  });

  it('are lost and gained where they came back with another fence', async () => {
    const { join, sql } = await members();
    const { fleet, told } = await join();
    told.length = 0;
    await sql('UPDATE shard SET fence = fence + 2 WHERE id = 9');
    await sql("UPDATE shard SET owner = 'another', until = now() + interval '1 minute' WHERE id = 10");
    await fleet.renew();
    expect(told).toEqual(['-9', '-10', '+9']);
    expect(fleet.fenceOf(9)).toEqual({ shard: 9, fence: 3 });
    expect(fleet.mayStart(10)).toBe(false);
  });

  it('know no wall clock: 30 s of difference move no shard', async () => {
    const { join, age } = await members();
    const [a, b] = [await join(), await join()];
    await age(10_000);
    const real = Date.now;
    const ahead = jest.spyOn(Date, 'now').mockImplementation(() => real() + 30_000);
    try {
      b.time.setClock(30_000);
      await b.fleet.renew();
      expect(b.fleet.owned()).toEqual([]);
      expect(await b.fleet.instances()).toHaveLength(2);
      ahead.mockImplementation(() => real() - 30_000);
      a.time.setClock(-30_000);
      await a.fleet.renew();
      expect(a.fleet.mayStart(0)).toBe(true);
      await age(14_000);
      await b.fleet.renew();
      expect(b.fleet.owned()).toEqual([]);
    } finally {
      ahead.mockRestore();
    }
  });

  it('are renewed by the timer, each 5 s', async () => {
    const { join, sql } = await members();
    const { fleet, time } = await join();
    const seen = async () => String(await sql('SELECT seen::text FROM instance'));
    for (let n = 0; n < 6; n += 1) {
      const before = await seen();
      await time.pass(4_999);
      expect(await seen()).toBe(before);
      await time.pass(1);
      await until(async () => (await seen()) !== before, 'a renewal');
      expect(fleet.mayStart(0)).toBe(true);
    }
  });

  it('are kept and given back only with the fence that they have', async () => {
    const { url, sql, owners } = await members();
    const database = await connect({ url, log: silent });
    try {
      const table = prepareLeaseTable(database, 'own');
      const [old] = await table.claim(1, 5, 5);
      await sql("UPDATE shard SET until = now() - interval '1 ms' WHERE id = 5");
      const [row] = await table.claim(1, 5, 5);
      expect([Number(old?.fence), Number(row?.fence)]).toEqual([1, 2]);
      // Sent before the lease was lost and came back, received after.
      expect(await table.give([{ shard: 5, fence: 1 }])).toBe(0);
      expect(await table.keep({ shard: 5, fence: 1 })).toBe(false);
      expect((await owners()).get('own')).toBe(1);
      expect(await table.keep({ shard: 5, fence: 2 })).toBe(true);
      expect(await table.give([{ shard: 5, fence: 2 }])).toBe(1);
      expect((await owners()).get('own')).toBeUndefined();
    } finally {
      await database.close();
    }
  });
});
