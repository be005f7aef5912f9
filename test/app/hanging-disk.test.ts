import { describe, expect, it } from '@jest/globals';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { itPreloaded, preload, type Preload } from './preload.js';
import { startDaemon, type RunningDaemon } from './process.js';
import { series, useSite } from './registry.js';
import { send } from './sending.js';
import { slow } from '../slow.js';

const site = useSite();
const onLinux = itPreloaded('a disk that hangs');
const onLinuxInFull = slow ? onLinux : it.skip;
const grace = { listen: '127.0.0.1:0', shutdown_grace: '300ms' };

/** Does `work` with a daemon whose database can hang on its disk. */
async function withHangingDisk(
  work: (hanging: Preload & { readonly running: RunningDaemon }) => Promise<void>,
): Promise<void> {
  const { model, configure, folder } = site();
  const config = configure([model('healthy'), model('other')], { server: grace });
  const disk = preload('hanging-disk.c', folder);
  const running = await startDaemon(config, disk.environment);
  try {
    await work({ ...disk, running });
  } finally {
    disk.release();
    running.child.kill('SIGKILL');
  }
}

/** Resolves when the daemon has said that a write hangs. */
const told = ({ line }: RunningDaemon) => line(({ msg }) => msg.startsWith('database write failed'));

describe('hanging disk', () => {
  onLinuxInFull(
    'does not block checks, reloads or replies, and queued results are written when it works again',
    () =>
      withHangingDisk(async ({ running, hang, release }) => {
        expect((await running.post('/api/v1/models/healthy/check')).status).toBe(200);
        hang();
        await told(running);
        const checked = await running.post('/api/v1/models/healthy/check');
        expect(checked.json()).toMatchObject({ outcome: 'healthy' });
        expect((await running.post('/-/reload')).status).toBe(200);
        // It is paused, but a restart would forget it.
        expect((await running.post('/api/v1/models/other/pause')).status).toBe(503);
        const window = { from: '2026-01-01', to: '2026-01-02', reason: 'they move' };
        const answers = await Promise.all([
          running.get('/api/v1/incidents'),
          running.get('/api/v1/models/healthy/checks'),
          running.get('/api/v1/models/healthy/uptime'),
          running.get('/api/v1/models/healthy/timeline'),
          send(running, 'POST', '/api/v1/models/healthy/exclusions', window),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
        expect(answers[0].json()).toMatchObject({ code: 'store_unavailable' });
        const { text } = await running.get('/metrics');
        expect(series(text, 'modelpulse_store_oldest_pending_seconds')).toBeGreaterThan(2);
        expect(series(text, 'modelpulse_model_up{model="healthy"}')).toBe(1);
        release();
        await running.line(({ msg }) => msg === 'database is available again');
        const { slot } = checked.json() as { slot: string };
        running.child.kill('SIGTERM');
        expect(await running.ended).toBe(0);
        const database = new Database(`${site().folder.path}/pulse.db`, { readonly: true });
        const rows = database.prepare('SELECT slot FROM checks').pluck().all();
        database.close();
        expect(rows).toContain(Date.parse(slot));
      }),
    60_000,
  );

  onLinuxInFull(
    'does not block a stop: the daemon fails after the grace period and logs how many results are lost',
    () =>
      withHangingDisk(async ({ running, hang }) => {
        hang();
        await told(running);
        running.child.kill('SIGTERM');
        expect(await running.ended).toBe('SIGKILL');
        const last = running.lines.at(-1);
        expect(last).toMatchObject({
          level: 50,
          msg: 'process ended before the daemon had stopped; unwritten results are lost',
          why: 'it was not stopped 4.3 s after SIGTERM',
          waiting_for: 'writer',
        });
        expect(last?.results).toBeGreaterThan(0);
      }),
    60_000,
  );

  onLinux(
    'does not block a second signal',
    () =>
      withHangingDisk(async ({ running, hang }) => {
        hang();
        await told(running);
        running.child.kill('SIGTERM');
        await running.line(({ msg }) => msg === 'stopping');
        running.child.kill('SIGINT');
        expect(await running.ended).toBe('SIGKILL');
        expect(running.lines.at(-1)).toMatchObject({ level: 50, why: 'SIGINT came while it was stopping' });
      }),
    60_000,
  );
});
