import { expect, it } from '@jest/globals';
import { disagree } from '../../../../src/store/fleet-port.js';
import { withServer } from '../server.js';
import { until, useMembers, type Member } from './members.js';

withServer('shares of instances', (server) => {
  const members = useMembers(server);

  it('become equal within few renewals as instances come and go, and a shard rests for a minute', async () => {
    const { join, age, owners } = await members();
    const renewed = async (all: readonly Member[], times: number) => {
      for (let n = 0; n < times; n += 1) {
        for (const { fleet } of all) expect(await fleet.renew()).toBe(true);
        await age(5_000);
      }
    };
    const counts = async () => [...(await owners()).values()].toSorted((x, y) => y - x);
    const a = await join();
    const b = await join();
    await renewed([a, b], 3);
    // They have just moved.
    expect(await counts()).toEqual([256]);
    await renewed([a, b], 12);
    expect(await counts()).toEqual([128, 128]);
    const c = await join();
    await renewed([a, b, c], 14);
    expect(await counts()).toEqual([86, 85, 85]);
    const settled = [a, b, c].map(({ told }) => told.length);
    await renewed([a, b, c], 14);
    expect([a, b, c].map(({ told }) => told.length)).toEqual(settled);
    await b.fleet.stop();
    await renewed([a, c], 2);
    expect(await counts()).toEqual([128, 128]);
    // Killed.
    await renewed([a], 5);
    expect(await counts()).toEqual([256]);
    // Nobody has what another owns.
    expect(a.fleet.owned()).toHaveLength(256);
  });

  it('pass on at once with a stop, with a fence that grows', async () => {
    const { join, sql } = await members();
    const [a, b] = [await join(), await join()];
    await a.fleet.stop();
    expect(a.fleet.mayStart(0)).toBe(false);
    expect(a.told).toHaveLength(512);
    expect(await sql('SELECT DISTINCT owner, fence, until FROM shard WHERE id >= 0')).toEqual([
      ['null', '1', '-Infinity'],
    ]);
    await b.fleet.renew();
    expect(b.fleet.owned()).toHaveLength(256);
    expect(b.fleet.fenceOf(0)).toEqual({ shard: 0, fence: 2 });
    expect((await b.fleet.instances()).map(({ id }) => id)).toEqual([b.fleet.id]);
  });

  it('are renewed, and no others claimed, by an instance that is about to stop', async () => {
    const { join, age, sql } = await members();
    const a = await join();
    await sql("UPDATE shard SET owner = 'dead', until = now() - interval '1 ms' WHERE id = 4");
    a.fleet.claimNoMore();
    expect(await a.fleet.renew()).toBe(true);
    expect(a.fleet.owned()).toHaveLength(255);
    await age(10_000);
    expect(await a.fleet.renew()).toBe(true);
    expect(a.fleet.mayStart(3)).toBe(true);
    expect(a.fleet.mayStart(4)).toBe(false);
  });

  it('are given back once the owner has written what it has', async () => {
    const { join, rest, owners } = await members();
    let end = (): void => undefined;
    const written = new Promise<void>((resolve) => (end = resolve));
    const lost: number[] = [];
    const a = await join({
      lost(shards) {
        lost.push(...shards);
        return written;
      },
    });
    const b = await join();
    await rest();
    const renewing = a.fleet.renew();
    await until(() => lost.length > 0, 'shards to give back');
    expect(a.fleet.mayStart(lost[0]!)).toBe(false);
    expect(a.fleet.fenceOf(lost[0]!)).toEqual({ shard: lost[0], fence: 1 });
    expect((await owners()).get(a.fleet.id)).toBe(256);
    end();
    await renewing;
    expect((await owners()).get(a.fleet.id)).toBe(128);
    expect(a.fleet.fenceOf(lost[0]!)).toBeNull();
    await b.fleet.renew();
    expect(b.fleet.owned()).toHaveLength(128);
    expect(b.fleet.fenceOf(lost[0]!)).toEqual({ shard: lost[0], fence: 2 });
  });

  it('are given back after 2 s where the owner does not come to an end', async () => {
    const { join, rest, owners } = await members();
    let asked = false;
    const a = await join({
      lost() {
        asked = true;
        return new Promise<void>(() => undefined);
      },
    });
    await join();
    await rest();
    const renewing = a.fleet.renew();
    await until(() => asked, 'shards to give back');
    await a.time.pass(2_000);
    await renewing;
    expect((await owners()).get(a.fleet.id)).toBe(128);
    asked = false;
    const stopping = a.fleet.stop();
    await until(() => asked, 'the stop to ask');
    await a.time.pass(2_000);
    await stopping;
    expect((await owners()).get(a.fleet.id)).toBeUndefined();
  });

  it('tell what instances say of themselves, and whether they disagree', async () => {
    const { join, age, sql } = await members();
    const a = await join({ address: 'https://a.example', configDigest: 'one', generation: 4 });
    const b = await join();
    expect(disagree(await a.fleet.instances())).toBe(false);
    expect(await b.fleet.announce({ configDigest: 'two', generation: 5 })).toBe(true);
    expect(disagree(await a.fleet.instances())).toBe(true);
    const [first, second] = await a.fleet.instances();
    expect(first).toMatchObject({
      id: a.fleet.id,
      address: 'https://a.example',
      configDigest: 'one',
      generation: 4,
    });
    expect(first?.shards).toHaveLength(256);
    expect(second).toMatchObject({
      id: b.fleet.id,
      address: null,
      configDigest: 'two',
      generation: 5,
      shards: [],
    });
    expect(Math.abs((second?.seenAt ?? 0) - Date.now())).toBeLessThan(60_000);
    await age(15_000);
    await a.fleet.renew();
    expect(disagree(await a.fleet.instances())).toBe(false);
    expect(await sql('SELECT id FROM instance')).toHaveLength(2);
    await age(86_400_000);
    await a.fleet.renew();
    expect(await sql('SELECT id FROM instance')).toEqual([[a.fleet.id]]);
    // One that was thought to be gone comes back.
    await b.fleet.renew();
    expect(await a.fleet.instances()).toHaveLength(2);
  });
});
