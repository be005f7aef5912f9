import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { workplace } from '../store/samples.js';
import { writeOldPast } from './killing/old-past.js';
import { became, series, useSite } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();
const place = workplace();
const errors = 'modelpulse_store_errors_total';
const movedAside = ({ msg }: { msg: string }): boolean => msg.startsWith('database is corrupt: moved aside');

/** Overwrites every page but the first, as a broken disk would. */
function ruin(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, undefined, 4096);
  closeSync(file);
}

describe('damaged database file', () => {
  it('does not stop a starting daemon: the file is moved aside, logged and counted', async () => {
    const { model, configure, daemon, folder } = site();
    writeFileSync(`${folder.path}/pulse.db`, 'this is no database'.repeat(100));
    const running = await daemon(configure([model('healthy')]));
    const { movedTo } = await running.line(movedAside);
    expect(readdirSync(folder.path).map((name) => `${folder.path}/${name}`)).toContain(movedTo);
    expect(series((await running.get('/metrics')).text, errors)).toBe(1);
    await running.line(became('healthy', 'healthy'));
  });

  inFull(
    'does not stop a running daemon: states, incidents and counters continue in a new file',
    async () => {
      const { model, configure, daemon, folder } = site();
      const path = `${folder.path}/pulse.db`;
      const store = place.open(path);
      await writeOldPast(store);
      await store.close();
      const old = model('healthy', { id: 'old', schedule: { every: '24h' } });
      const running = await daemon(configure([model('healthy'), model('bad-key'), old]));
      await running.line(became('healthy', 'healthy'));
      await running.line(became('bad-key', 'unhealthy'));
      const total = 'modelpulse_checks_total{model="healthy"}';
      const before = series((await running.get('/metrics')).text, total)!;
      ruin(path);
      const { status, text } = await running.get('/api/v1/models/old/checks?from=0&limit=1000');
      // A check that met the damage first has begun the fresh file.
      if (status === 200) expect(JSON.parse(text)).toMatchObject({ items: [] });
      else expect(status).toBeGreaterThanOrEqual(500);
      expect(text).not.toContain('pulse.db');
      await running.line(movedAside);
      const { slot } = (await running.post('/api/v1/models/healthy/check')).json() as { slot: string };
      for (;;) {
        const { items } = (await running.get('/api/v1/models/healthy/checks')).json() as {
          items: { slot: string }[];
        };
        if (items.some((item) => item.slot >= slot)) break;
      }
      const metrics = (await running.get('/metrics')).text;
      expect(series(metrics, total)).toBeGreaterThan(before);
      expect(series(metrics, errors)).toBeGreaterThan(0);
      expect(series(metrics, 'modelpulse_model_up{model="healthy"}')).toBe(1);
      expect(series(metrics, 'modelpulse_model_up{model="bad-key"}')).toBe(0);
      const { items } = (await running.get('/api/v1/incidents?open=true')).json() as { items: object[] };
      expect(items).toMatchObject([{ model: 'bad-key', closed_at: null }]);
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
    },
  );
});

describe('database file deleted while the daemon runs', () => {
  inFull('is detected at once, logged and counted, and later results are on disk again', async () => {
    const { model, configure, daemon, folder } = site();
    const path = `${folder.path}/pulse.db`;
    const running = await daemon(configure([model('healthy'), model('bad-key')]));
    await running.line(became('bad-key', 'unhealthy'));
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    await running.line(({ msg }) => msg === 'database was deleted or replaced: starting a new one');
    await running.line(({ msg }) => msg === 'database is available again');
    const { slot } = (await running.post('/api/v1/models/healthy/check')).json() as { slot: string };
    const { text } = await running.get('/metrics');
    expect(series(text, 'modelpulse_store_files_lost_total')).toBe(1);
    expect(series(text, 'modelpulse_model_up{model="bad-key"}')).toBe(0);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    const store = place.open(path);
    const { key } = (await store.models()).find(({ id }) => id === 'healthy')!;
    const rows = await store.results(key, { from: 0, to: 1e15, limit: 1_000 });
    expect(rows.map((row) => new Date(row.slot).toISOString())).toContain(slot);
  });
});

describe('write-ahead log lost while the daemon runs', () => {
  inFull.each(['deleted', 'replaced'])('is saved to the database with the next change: %s', async (how) => {
    const { model, configure, daemon, folder } = site();
    const path = `${folder.path}/pulse.db`;
    const running = await daemon(configure([model('healthy'), model('bad-key')]));
    await running.line(became('bad-key', 'unhealthy'));
    // Opens the file in the thread that answers long questions, too.
    const stored = async (): Promise<string[]> => {
      const { text } = await running.get('/api/v1/models/healthy/checks?from=0&limit=1000');
      return (JSON.parse(text) as { items: { slot: string }[] }).items.map(({ slot }) => slot);
    };
    const before = await stored();
    await running.get('/api/v1/models/healthy/checks?format=csv&from=0');
    rmSync(`${path}-wal`);
    if (how === 'replaced') writeFileSync(`${path}-wal`, Buffer.alloc(8_192, 0x5a));
    await running.line(({ msg }) => msg.startsWith('write-ahead log was deleted or replaced'));
    const { slot } = (await running.post('/api/v1/models/healthy/check')).json() as { slot: string };
    for (;;) if ((await stored()).some((one) => one >= slot)) break;
    const csv = (await running.get('/api/v1/models/healthy/checks?format=csv&from=0')).text;
    expect(csv).toContain(slot);
    expect(series((await running.get('/metrics')).text, 'modelpulse_store_files_lost_total')).toBe(0);
    running.child.kill('SIGKILL');
    await running.ended;
    const store = place.open(path);
    const { key } = (await store.models()).find(({ id }) => id === 'healthy')!;
    const rows = await store.results(key, { from: 0, to: 1e15, limit: 1_000 });
    const slots = rows.map((row) => new Date(row.slot).toISOString());
    expect(slots).toEqual(expect.arrayContaining([...before, slot]));
  });
});
