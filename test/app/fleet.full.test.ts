import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { modelMemory } from '../../src/cli/model-memory.js';
import { checkPostgresRollups } from '../../src/store/transfer/postgres-rebuild.js';
import { withServer } from '../store/postgres/server.js';
import { fleetSite, ownOf, shownBy, until, type FleetSite } from './fleet-site.js';
import type { RunningDaemon } from './process.js';
import { useSite } from './registry.js';

const migrationsDir = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));

withServer('two instances on one PostgreSQL', (server) => {
  const site = useSite();

  /** Two instances that have shared 40 models. */
  async function sharing(): Promise<{ shared: FleetSite; both: [RunningDaemon, RunningDaemon] }> {
    const shared = await fleetSite(site(), server(), { models: 40, everySeconds: 2 });
    const first = await shared.start();
    const second = await shared.start();
    // Shards rest for a minute after they have moved.
    await shared.sql(`UPDATE shard SET moved_at = now() - interval '2 minutes'`);
    await until(
      async () => [await ownOf(first), await ownOf(second)],
      ([ofFirst, ofSecond]) =>
        ofFirst!.length > 5 && ofSecond!.length > 5 && ofFirst!.length + ofSecond!.length === 40,
    );
    return { shared, both: [first, second] };
  }

  async function expectSound(shared: FleetSite): Promise<void> {
    const twice = await shared.sql(
      `SELECT model, day, slot FROM check_result GROUP BY 1, 2, 3 HAVING count(*) > 1`,
    );
    expect(twice).toEqual([]);
    const found: unknown[] = [];
    const add = (one: unknown): void => void found.push(one);
    const none = (): void => undefined;
    const { wrong, replayed } = await checkPostgresRollups({
      connection: { url: shared.url, log: { error: none, warn: none, info: none } },
      migrationsDir,
      memory: modelMemory,
      ...{ found: add, differs: add, fails: add },
    });
    expect([found, wrong, replayed.different, replayed.failed]).toEqual([[], 0, 0, 0]);
  }
  const resultsIn = async (shared: FleetSite): Promise<number> =>
    Number((await shared.sql('SELECT count(*) FROM check_result'))[0]);

  it('check each slot once, and show all models', async () => {
    const { shared, both } = await sharing();
    const [first, second] = both;
    // A model that has passed on is unknown until its next check where a slot went by.
    await until(
      async () => [...(await ownOf(first)), ...(await ownOf(second))].sort(),
      (own) => own.join() === [...shared.ids].sort().join(),
    );
    // What passes between them is checked with the slots that both have agreed on: none twice, none left out.
    const askedBefore = [...shared.asked.values()].reduce((sum, count) => sum + count, 0);
    const begun = performance.now();
    const storedBefore = await resultsIn(shared);
    await until(
      () => resultsIn(shared),
      (stored) => stored > storedBefore + 200,
    );
    const seconds = (performance.now() - begun) / 1_000;
    const asked = [...shared.asked.values()].reduce((sum, count) => sum + count, 0) - askedBefore;
    expect(asked / seconds).toBeLessThan(22);
    for (const running of both) {
      const shown = await until(
        () => shownBy(running),
        (items) => items.every(({ state }) => state === 'healthy'),
      );
      expect(shown).toHaveLength(40);
      const late = shown.filter(({ last_check }) => Date.now() - Date.parse(last_check!.slot) > 8_000);
      expect(late).toEqual([]);
    }
    for (const { child, ended } of both) {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
    expect([...shared.asked.values()].reduce((sum, count) => sum + count, 0)).toBe(await resultsIn(shared));
    await expectSound(shared);
  }, 120_000);

  it('take over what a killed instance had, unknown in between', async () => {
    const { shared, both } = await sharing();
    const [first, second] = both;
    const [lost] = await ownOf(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const killed = performance.now();
    await until(
      () => ownOf(second),
      (ids) => ids.length === 40,
    );
    await until(
      () => shownBy(second),
      (items) =>
        items.every(
          ({ state, last_check }) => state === 'healthy' && Date.now() - Date.parse(last_check!.slot) < 6_000,
        ),
    );
    expect(performance.now() - killed).toBeLessThan(25_000);
    const timeline = (await second.get(`/api/v1/models/${lost!}/timeline`)).text;
    expect(timeline).toContain('not_watched');
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    await expectSound(shared);
  }, 120_000);

  it('fence off what a suspended instance writes once it goes on', async () => {
    const { shared, both } = await sharing();
    const [first, second] = both;
    first.child.kill('SIGSTOP');
    await until(
      () => ownOf(second),
      (ids) => ids.length === 40,
    );
    const [taken] = await shared.sql('SELECT max(watermark) FROM model');
    // All that it had is checked by the other one, so what it may still write is of before.
    await until(
      () => shared.sql(`SELECT count(*) FROM model WHERE watermark > ${taken!}`),
      ([count]) => count === '40',
    );
    first.child.kill('SIGCONT');
    await until(
      async () => (await ownOf(first)).length,
      (count) => count === 0,
    );
    // It follows the other one again.
    await until(
      () => shownBy(first),
      (items) => items.every(({ last_check }) => Date.now() - Date.parse(last_check!.slot) < 6_000),
    );
    for (const { child, ended } of both) {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
    await expectSound(shared);
  }, 120_000);

  it('start nothing while their leases cannot hold, and go on when the database is back', async () => {
    const { shared, both } = await sharing();
    await server().stop();
    const requests = (): number => [...shared.asked.values()].reduce((sum, count) => sum + count, 0);
    await until(
      async () => {
        const before = requests();
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        return requests() - before;
      },
      (more) => more === 0,
    );
    await server().start();
    for (const running of both)
      await until(
        () => shownBy(running),
        (items) => items.every(({ last_check }) => Date.now() - Date.parse(last_check!.slot) < 6_000),
      );
    // The first that is back may claim what the other one had, whose models are then unknown until their next checks.
    await until(
      async () => [...(await ownOf(both[0])), ...(await ownOf(both[1]))].sort(),
      (own) => own.join() === [...shared.ids].sort().join(),
    );
    for (const { child, ended } of both) {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
    expect(await shared.sql('SELECT count(*) FROM gap')).not.toEqual(['0']);
    await expectSound(shared);
  }, 150_000);

  it('follow the newest configuration by its generation while an older one is live', async () => {
    const { folder } = site();
    const shared = await fleetSite(site(), server(), { models: 8, everySeconds: 1 });
    const [left, former, ...others] = shared.ids;
    const copy = (name: string, path: string): string => folder.write(name, readFileSync(path, 'utf8'));
    const old = copy('old.yaml', shared.write(shared.ids, {}, { generation: 1 }));
    const next = copy(
      'new.yaml',
      shared.write(['renamed', ...others], { renamed: former! }, { generation: 2 }),
    );
    const registered = async (): Promise<string[]> =>
      (await shared.sql('SELECT id FROM model WHERE retired_at IS NULL')).sort();
    const first = await shared.start(old);
    // It has all shards, and checks what the newer one renames and removes.
    await until(
      () => shownBy(first),
      (items) => items.length === 8 && items.every(({ state }) => state === 'healthy'),
    );
    const known = await shared.sql(`SELECT key FROM model WHERE id = '${former!}'`);
    const second = await shared.start(next);
    const newest = ['renamed', ...others].sort();
    expect(await registered()).toEqual(newest);
    expect(await shared.sql(`SELECT key FROM model WHERE id = 'renamed'`)).toEqual(known);
    const ofRenamed = (): Promise<string[]> =>
      shared.sql(`SELECT count(*) FROM check_result WHERE model = ${known[0]!}`);
    const before = await ofRenamed();
    await first.line(({ msg }) => msg.includes('another one has a newer configuration'));
    await second.line(({ msg }) => msg.includes('this one has the newest configuration'));
    // Neither is checked under its old name any more, nor shown.
    await until(
      async () => (await shownBy(first)).map(({ id }) => id).sort(),
      (ids) => ids.join() === [...others].sort().join(),
    );
    expect(await ofRenamed()).toEqual(before);
    expect((await first.get('/metrics')).text).toContain('modelpulse_instances_disagree 1');
    expect((await first.get('/')).text).toContain('another one has a newer configuration');
    // What the older one does cannot undo it.
    first.child.kill('SIGHUP');
    const reloaded = await first.line(({ msg }) => msg === 'configuration reloaded');
    expect(reloaded).toMatchObject({ removed: [] });
    await first.line(({ warning }) => String(warning).includes(`"${left!}"`));
    expect(await registered()).toEqual(newest);
    // The renamed model is checked once its shard is the newer one's.
    await shared.sql(`UPDATE shard SET moved_at = now() - interval '2 minutes'`);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await until(
      () => shownBy(second),
      (items) => items.length === 7 && items.every(({ state }) => state === 'healthy'),
    );
    expect(await registered()).toEqual(newest);
    for (const running of [first, second])
      expect(running.lines.filter(({ level }) => level === 'error')).toEqual([]);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    await expectSound(shared);
  }, 120_000);

  it('remove and rename a model once all have the same registry', async () => {
    const { shared, both } = await sharing();
    const [left, ...rest] = shared.ids;
    const [former, ...others] = rest;
    const keyOf = (id: string) =>
      shared.sql(`SELECT key FROM model WHERE id = '${id}' AND retired_at IS NULL`);
    const known = await keyOf(former!);
    expect(known).toHaveLength(1);
    shared.write(['renamed', ...others], { renamed: former! });
    await until(
      () => keyOf('renamed'),
      ([key]) => key !== undefined,
    );
    expect(await keyOf('renamed')).toEqual(known);
    expect(await keyOf(left!)).toEqual([]);
    for (const running of both)
      await until(
        () => shownBy(running),
        (items) =>
          items.length === 39 &&
          items.every(({ last_check }) => Date.now() - Date.parse(last_check!.slot) < 6_000),
      );
    for (const { child, ended } of both) {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
    await expectSound(shared);
  }, 150_000);
});
