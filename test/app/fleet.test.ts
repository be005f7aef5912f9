import { expect, it } from '@jest/globals';
import { withServer } from '../store/postgres/server.js';
import { fleetSite, ownOf, shownBy, until } from './fleet-site.js';
import { useSite } from './registry.js';

withServer('instances on one PostgreSQL', (server) => {
  const site = useSite();

  it('share the models: each is checked by one, shown by all, and goes over when its instance stops', async () => {
    const shared = await fleetSite(site(), server(), { models: 12, everySeconds: 1 });
    const first = await shared.start();
    const second = await shared.start();
    // The first one has all shards, which rest for a minute.
    await until(
      () => ownOf(first),
      (ids) => ids.length === 12,
    );
    expect(await ownOf(second)).toEqual([]);
    await until(
      () => shownBy(second),
      (items) => items.length === 12 && items.every(({ state }) => state === 'healthy'),
    );
    const checked = await second.post('/api/v1/models/shared-3/check');
    expect([checked.status, checked.text]).toEqual([200, expect.stringContaining('"outcome":"healthy"')]);

    expect((await second.post('/api/v1/models/shared-3/pause')).status).toBe(200);
    expect((await first.get('/api/v1/models/shared-3')).text).toContain('"paused"');
    expect((await second.get('/api/v1/models/shared-3')).text).toContain('"paused"');
    expect((await second.post('/api/v1/models/shared-3/resume')).status).toBe(200);

    const [before] = await shared.sql(`SELECT count(*) FROM check_result`);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const stopped = performance.now();
    await until(
      () => ownOf(second),
      (ids) => ids.length === 12,
    );
    expect(performance.now() - stopped).toBeLessThan(10_000);
    await until(
      () => shared.sql(`SELECT count(*) FROM check_result`),
      ([count]) => Number(count) > Number(before) + 12,
    );
    const twice = await shared.sql(
      `SELECT model, day, slot FROM check_result GROUP BY 1, 2, 3 HAVING count(*) > 1`,
    );
    expect(twice).toEqual([]);
    expect(first.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(second.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 90_000);
});
