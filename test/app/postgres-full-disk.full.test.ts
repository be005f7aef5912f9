import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startServer } from '../store/postgres/server.js';
import { fillDisk } from './fill-disk.js';
import { until } from './fleet-site.js';
import { describeMounted, useMounts } from './mounting.js';
import { series, useSite } from './registry.js';

const mounts = useMounts();
const site = useSite();

describeMounted('PostgreSQL on a full disk', () => {
  it('is told once, with what is wrong; results wait, and are written when there is room again', async () => {
    const { configure, daemon, model } = site();
    // Its write-ahead log has its first 16 MB from the beginning: without room for more of it, PostgreSQL ends itself.
    const server = await startServer({ disk: (path) => mounts.disk(path, '80m') });
    try {
      // Many results with texts, which fill a page within a moment.
      const models = Array.from({ length: 60 }, (_, index) =>
        model(`model-${index}`, { model: index === 0 ? 'healthy' : 'bad-key' }),
      );
      const running = await daemon(configure(models, { storage: { url: server.fresh() } }));
      const checks = async (): Promise<{ slot: string }[]> =>
        ((await running.get('/api/v1/models/model-0/checks')).json() as { items: { slot: string }[] }).items;
      await until(checks, (items) => items.length > 1);
      const ballast = join(server.folder, 'disk/ballast');
      fillDisk(ballast);
      const failed = await running.line(({ msg }) => msg.startsWith('database write failed'));
      expect(JSON.stringify(failed)).toContain('its disk is full: free space there');
      const shown = (await running.post('/api/v1/models/model-0/check')).json() as { slot: string };
      expect(shown).toMatchObject({ outcome: 'healthy' });
      const during = (await running.get('/metrics')).text;
      expect(series(during, 'modelpulse_store_errors_total')).toBeGreaterThan(0);
      expect(series(during, 'modelpulse_store_pending_results')).toBeGreaterThan(0);
      expect((await running.get('/readyz')).status).toBe(200);
      expect((await checks()).length).toBeGreaterThan(0);
      rmSync(ballast);
      await running.line(({ msg }) => msg === 'database is available again');
      await until(checks, (items) => items.some(({ slot }) => slot === shown.slot), 20);
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
    } finally {
      await server.stop('immediate');
      mounts.unmount(join(server.folder, 'disk'));
      await server.close();
    }
  }, 60_000);
});
