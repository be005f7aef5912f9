import { expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/domain/clock.js';
import { systemTimers } from '../../../../src/domain/timers.js';
import { registryShard, shardOf, type RegistryRight } from '../../../../src/store/fleet-port.js';
import { batchOf, modelWrite, result, start } from '../../samples.js';
import { withServer } from '../server.js';
import { until, useMembers } from './members.js';

const real = { clock: systemClock, timers: systemTimers };

withServer('the right to change the registry', (server) => {
  const members = useMembers(server);

  /** Work that goes on until it is told to end. */
  function longWork() {
    let end = (): void => undefined;
    let right: RegistryRight | null = null;
    const ended = new Promise<void>((resolve) => (end = resolve));
    return {
      work: async (given: RegistryRight) => {
        right = given;
        await ended;
        return 'done';
      },
      end: () => end(),
      right: () => right,
    };
  }

  it('belongs to one at a time, also of one instance', async () => {
    const { open } = await members();
    const [a, b] = [await open(real), await open(real)];
    let [running, most] = [0, 0];
    const fences: unknown[] = [];
    const work = async ({ fence }: RegistryRight) => {
      running += 1;
      most = Math.max(most, running);
      fences.push(fence.fence);
      await a.fleet.instances();
      running -= 1;
    };
    await Promise.all([a, b, a, b].map(({ fleet }) => fleet.withRegistry(work)));
    expect(most).toBe(1);
    expect(fences).toEqual([1, 2, 3, 4]);
  });

  it('is waited for with a limit', async () => {
    const { open } = await members();
    const [a, b] = [await open(), await open()];
    const { work, end, right } = longWork();
    const first = a.fleet.withRegistry(work);
    await until(() => right() !== null, 'the right');
    await expect(b.fleet.withRegistry(work, { waitMs: 0 })).rejects.toMatchObject({ kind: 'locked' });
    end();
    expect(await first).toBe('done');
    expect(right()?.mayGoOn()).toBe(false);
    expect(await b.fleet.withRegistry(() => Promise.resolve(7), { waitMs: 0 })).toBe(7);
  });

  it('ends with work that fails', async () => {
    const { open } = await members();
    const { fleet } = await open();
    await expect(fleet.withRegistry(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await fleet.withRegistry(() => Promise.resolve(7), { waitMs: 0 })).toBe(7);
  });

  it('registers thousands of models at once, each under the key that it had', async () => {
    const { store, sql } = await members();
    const ids = Array.from({ length: 2_500 }, (_, index) => `model-${index}`);
    const gone = await store.register('model-7', start, null);
    const kept = await store.register('model-2000', start, null);
    await store.retire([gone.key], start + 1);
    const registered = await store.registerAll(ids, start + 2);
    expect(registered.map(({ id }) => id).sort()).toEqual([...ids].sort());
    const keyOf = (id: string) => registered.find((one) => one.id === id)?.key;
    expect([keyOf('model-7'), keyOf('model-2000')]).toEqual([gone.key, kept.key]);
    const stored = await sql(`SELECT count(*), max(key), count(retired_at), min(first_seen) FROM model`);
    expect(stored).toEqual([['2500', '2500', '0', String(start)]]);
    expect(await store.registerAll(ids, start + 3)).toHaveLength(2_500);
    const late = store.registerAll(['late'], start, [{ shard: registryShard, fence: 99 }]);
    await expect(late).rejects.toMatchObject({ kind: 'fenced' });
  });

  it('passes on when its holder dies, whose writes are then refused', async () => {
    const { open, age, store } = await members();
    const [dead, heir] = [await open(), await open()];
    const { key } = await store.register('known', start, null);
    const { work, end, right } = longWork();
    const first = dead.fleet.withRegistry(work);
    const refused = expect(first).rejects.toMatchObject({ kind: 'fenced' });
    await until(() => right() !== null, 'the right');
    const { fence } = right()!;
    expect(fence.shard).toBe(registryShard);
    await store.register('gpt', start, null, [fence]);
    await age(14_000);
    await expect(heir.fleet.withRegistry(work, { waitMs: 0 })).rejects.toMatchObject({ kind: 'locked' });
    await age(1_000);
    dead.time.block(13_000);
    expect(right()?.mayGoOn()).toBe(false);
    await heir.fleet.withRegistry(({ fence: next }) => store.retire([key], start, [next]), { waitMs: 0 });
    await expect(store.register('late', start, null, [fence])).rejects.toMatchObject({ kind: 'fenced' });
    await expect(store.retire([key], start, [fence])).rejects.toMatchObject({ kind: 'fenced' });
    expect((await store.models()).map(({ id }) => id)).toEqual(['known', 'gpt']);
    end();
    await refused;
  });

  it('is kept while the work goes on, and is gone once another has it', async () => {
    const { open, age, sql } = await members();
    const { fleet, time } = await open();
    const { work, end, right } = longWork();
    const working = fleet.withRegistry(work);
    const refused = expect(working).rejects.toMatchObject({ kind: 'fenced' });
    await until(() => right() !== null, 'the right');
    const ends = async () => String(await sql('SELECT until::text FROM shard WHERE id = -1'));
    for (let n = 0; n < 4; n += 1) {
      await age(5_000);
      const before = await ends();
      await time.pass(5_000);
      await until(async () => (await ends()) !== before, 'a renewal');
      expect(right()?.mayGoOn()).toBe(true);
    }
    await sql("UPDATE shard SET fence = 99, owner = 'another' WHERE id = -1");
    await time.pass(5_000);
    await until(() => right()?.mayGoOn() === false, 'the end of the right');
    end();
    await refused;
  });

  it('fences off others from models that it renames and removes, after their writes that are under way', async () => {
    const { join, connection, store } = await members();
    const [older, newer] = [await join(), await join()];
    const [former, left, other] = ['former', 'left', 'other'];
    const keys = new Map<string, number>();
    for (const id of [former, left, other]) keys.set(id, (await store.register(id, start, null)).key);
    const write = (id: string, slot: number) =>
      store.write({
        ...batchOf(modelWrite(keys.get(id)!, { results: [result(slot)] })),
        fences: [older.fleet.fenceOf(shardOf(id))!],
      });
    expect(new Set([former, left, other].map(shardOf)).size).toBe(3);
    for (const id of keys.keys()) await write(id, start);

    const own = newer.fleet.id;
    const underWay = await connection();
    await underWay.query('BEGIN');
    await underWay.query('SELECT fence FROM shard WHERE id = $1 FOR KEY SHARE', [shardOf(former)]);
    let isRenamed = false;
    const changed = newer.fleet.withRegistry(async ({ fence }) => {
      await store.retire([keys.get(left)!], start, [fence], own);
      await store.register('present', start, former, [fence], own);
      isRenamed = true;
    });
    await until(async () => (await store.names([])).every(({ id }) => id !== left), 'the removal');
    const waits = await connection();
    await until(
      async () => (await waits.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount !== 0,
      'the wait for the write',
    );
    expect(isRenamed).toBe(false);
    await underWay.query('COMMIT');
    await changed;
    expect((await store.names([])).map(({ id }) => id).sort()).toEqual([other, 'present']);

    for (const id of [former, left])
      await expect(write(id, start + 60_000)).rejects.toMatchObject({ shards: [shardOf(id)] });
    await write(other, start + 60_000);
    // The owner stays, and goes on with the new fences.
    older.told.length = 0;
    await older.fleet.renew();
    expect(older.told.sort()).toEqual(
      [former, left].flatMap((id) => [`+${shardOf(id)}`, `-${shardOf(id)}`]).sort(),
    );

    // Its own fences stay.
    const before = older.fleet.fenceOf(shardOf(other));
    await older.fleet.withRegistry(({ fence }) =>
      store.retire([keys.get(other)!], start, [fence], older.fleet.id),
    );
    await older.fleet.renew();
    expect(older.fleet.fenceOf(shardOf(other))).toEqual(before);
  });
});
