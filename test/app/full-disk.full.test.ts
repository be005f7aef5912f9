import { rmSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { fillDisk } from './fill-disk.js';
import { describeMounted, useMounts } from './mounting.js';
import { became, series, useSite } from './registry.js';

// Before the site, which removes the folder.
const mounts = useMounts();
const site = useSite();

describeMounted('store on a full disk', () => {
  it('does not stop checks: results are queued, shown and counted, and written when there is room again', async () => {
    const { model, configure, daemon, folder } = site();
    const disk = `${folder.path}/disk`;
    mounts.disk(disk, '2m');
    const config = configure([model('healthy'), model('bad-key')], {
      storage: { path: `${disk}/pulse.db` },
    });
    const running = await daemon(config);
    await running.line(became('bad-key', 'unhealthy'));
    fillDisk(`${disk}/ballast`);
    await running.line(({ msg }) => msg.startsWith('database write failed'));
    const shown = (await running.post('/api/v1/models/healthy/check')).json();
    expect(shown).toMatchObject({ outcome: 'healthy' });
    const during = (await running.get('/metrics')).text;
    expect(series(during, 'modelpulse_store_errors_total')).toBeGreaterThan(0);
    expect(series(during, 'modelpulse_store_pending_results')).toBeGreaterThan(0);
    expect(series(during, 'modelpulse_model_up{model="healthy"}')).toBe(1);
    expect((await running.get('/readyz')).status).toBe(200);
    rmSync(`${disk}/ballast`);
    await running.line(({ msg }) => msg === 'database is available again');
    const { items } = (await running.get('/api/v1/models/healthy/checks')).json() as { items: object[] };
    expect(items).toContainEqual(expect.objectContaining({ slot: (shown as { slot: string }).slot }));
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });
});
