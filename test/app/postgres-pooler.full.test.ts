import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPooler, withPoolable, type Pooler } from '../store/postgres/pooler.js';
import { fleetSite, ownOf, shownBy, until } from './fleet-site.js';
import { start } from './process.js';
import { useSite } from './registry.js';

withPoolable('instances behind PgBouncer in transaction mode', (server) => {
  const site = useSite();
  let pooler: Pooler | null = null;
  beforeAll(async () => {
    pooler = await startPooler(server());
  });
  afterAll(() => pooler?.close());

  it('end at their start where prepared statements are on, and say what to write', async () => {
    const url = pooler!.through(server().fresh());
    const running = start(['run', '--config', site().configure([], { storage: { url } })]);
    expect(await running.ended).toBe(1);
    expect(running.errors()).toContain('behind PgBouncer write "storage.prepared_statements: false"');
  }, 20_000);

  it('share the models, and hear each other by a connection to the server; without one they are told what is missing', async () => {
    const poolable = (listen: boolean) => (url: string) => ({
      url: pooler!.through(url),
      prepared_statements: false,
      ...(listen && { listen_url: url }),
    });
    const shared = await fleetSite(site(), server(), {
      models: 12,
      everySeconds: 1,
      storage: poolable(true),
    });
    const [first, second] = [await shared.start(), await shared.start()];
    await until(
      () => shownBy(second),
      (items) => items.length === 12 && items.every(({ state }) => state === 'healthy'),
    );
    expect(await ownOf(second)).toEqual([]);
    // The first one checks it.
    const checked = await second.post('/api/v1/models/shared-3/check');
    expect([checked.status, checked.text]).toEqual([200, expect.stringContaining('"outcome":"healthy"')]);

    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await until(
      () => ownOf(second),
      (ids) => ids.length === 12,
      15,
    );
    for (const { lines } of [first, second])
      expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    expect((await second.get('/api/v1/models/shared-3/series?step=1h')).status).toBe(200);

    const deaf = await site().daemon(
      site().configure([site().model('shared-3', { model: 'healthy' })], {
        storage: poolable(false)(shared.url),
      }),
    );
    const told = await deaf.line(({ msg }) => msg.startsWith('no messages from other instances'));
    expect((told.err as { message: string }).message).toContain('set "storage.listen_url"');
    expect((await deaf.get('/api/v1/models/shared-3')).text).toContain('"healthy"');
    const refused = await deaf.post('/api/v1/models/shared-3/check');
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('instance_away')]);
  }, 60_000);
});
