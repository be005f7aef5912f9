import { cpSync, mkdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { describeMounted, useMounts } from './mounting.js';
import { command } from './process.js';
import { series, useSite } from './registry.js';

// Before the site, which removes the folder.
const mounts = useMounts();
const site = useSite();

const writeFailed = ({ msg }: { msg: string }) => msg.startsWith('database write failed');

/** Number of stored results of the model. */
async function stored(config: string, id: string): Promise<number> {
  const { out } = await command(['export', id, '--config', config]);
  return out.split('\n').filter((line) => line.startsWith('{"type":"result"')).length;
}

describeMounted('volume of the database', () => {
  it('that is mounted after the start has its history continued by a restart', async () => {
    const { model, configure, daemon, folder } = site();
    const [disk, volume] = [`${folder.path}/disk`, `${folder.path}/volume`];
    mounts.disk(disk);
    mkdirSync(volume);
    const config = configure([model('healthy')], { storage: { path: `${volume}/pulse.db` } });

    mounts.bind(disk, volume);
    const earlier = await daemon(config);
    await earlier.post('/api/v1/models/healthy/check');
    // Killed: its newest results are in the -wal alone.
    earlier.child.kill('SIGKILL');
    await earlier.ended;
    const known = await stored(config, 'healthy');
    expect(known).toBeGreaterThan(0);
    mounts.unmount(volume);

    const late = await daemon(config);
    await late.post('/api/v1/models/healthy/check');
    mounts.bind(disk, volume);
    const line = await late.line(({ msg }) => msg.startsWith('a volume with another database was mounted'));
    expect(line).toMatchObject({ database: `${volume}/pulse.db` });
    expect(await late.ended).toBe(1);
    expect(late.lines.map(({ msg }) => msg)).toContain('results not written before the deadline are lost');
    expect(await stored(config, 'healthy')).toBe(known);

    const again = await daemon(config);
    await again.post('/api/v1/models/healthy/check');
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    expect(await stored(config, 'healthy')).toBeGreaterThan(known);
  });

  it('that comes back with another device number is written on to, and nothing is lost', async () => {
    const { model, configure, daemon, folder } = site();
    const [disk, larger, volume] = [`${folder.path}/disk`, `${folder.path}/larger`, `${folder.path}/volume`];
    mounts.disk(disk);
    mounts.disk(larger);
    mkdirSync(volume);
    mounts.bind(disk, volume);
    const config = configure([model('healthy')], { storage: { path: `${volume}/pulse.db` } });
    const running = await daemon(config);
    await running.post('/api/v1/models/healthy/check');
    mounts.unmount(volume);
    await running.line(writeFailed);
    const waiting = (await running.post('/api/v1/models/healthy/check')).json() as { slot: string };
    // In this order, as the daemon made them: SQLite takes a file with the same inode for the same file.
    for (const suffix of ['', '.lock', '-wal'])
      cpSync(`${disk}/pulse.db${suffix}`, `${larger}/pulse.db${suffix}`);
    mounts.bind(larger, volume);
    await running.line(({ msg }) => msg === 'database is available again');
    const metrics = (await running.get('/metrics')).text;
    expect(series(metrics, 'modelpulse_store_files_lost_total')).toBe(0);
    expect(series(metrics, 'modelpulse_store_dropped_results_total')).toBe(0);
    const { items } = (await running.get('/api/v1/models/healthy/checks')).json() as { items: object[] };
    expect(items).toContainEqual(expect.objectContaining({ slot: waiting.slot }));
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    const again = await daemon(config);
    const { items: all } = (await again.get('/api/v1/models/healthy/checks')).json() as { items: object[] };
    expect(all).toEqual(expect.arrayContaining(items));
  });
});
