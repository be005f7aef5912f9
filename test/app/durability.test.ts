import { describe, expect, it } from '@jest/globals';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { migrationsDir } from '../store/samples.js';
import { replayed } from '../store/transfer/replaying.js';
import { became, series, useSite } from './registry.js';
import { amount, inFull } from '../slow.js';

const site = useSite();
interface Items {
  items: { slot: string }[];
}

describe('stored data', () => {
  it('survives kill -9 once it has been shown', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('healthy'), model('flaky-50')]);
    for (let round = 0; round < amount(3, 1); round += 1) {
      const running = await daemon(config);
      await running.post('/api/v1/models/flaky-50/check');
      await running.post('/api/v1/models/healthy/check');
      const shown = (await running.get('/api/v1/models/flaky-50/checks')).json() as Items;
      const { text } = await running.get('/metrics');
      running.child.kill('SIGKILL');
      await running.ended;
      const next = await daemon(config);
      const after = (await next.get('/api/v1/models/flaky-50/checks?limit=1000')).json() as Items;
      expect(after.items.map(({ slot }) => slot)).toEqual(
        expect.arrayContaining(shown.items.map(({ slot }) => slot)),
      );
      const metrics = (await next.get('/metrics')).text;
      for (const name of ['healthy', 'flaky-50']) {
        const total = `modelpulse_checks_total{model="${name}"}`;
        expect(series(metrics, total)).toBeGreaterThanOrEqual(series(text, total)!);
      }
      next.child.kill('SIGKILL');
      await next.ended;
    }
  });

  inFull('replays from results, epochs, gaps and windows to the stored timeline', async () => {
    const { model, configure, daemon, folder } = site();
    const config = configure([model('down-1s-every-3s', { id: 'swaying' })]);
    for (let round = 0; round < 2; round += 1) {
      const running = await daemon(config);
      await running.line(became('swaying', 'healthy'));
      await running.line(became('swaying', 'unhealthy'));
      running.child.kill(round === 0 ? 'SIGKILL' : 'SIGTERM');
      await running.ended;
    }
    const path = `${folder.path}/pulse.db`;
    const store = openStoreReader(path, migrationsDir);
    const [stored] = await store.models();
    const results = await store.results(stored!.key, { from: 0, to: 1e15, limit: 1_000 });
    await store.close();
    const { firstSeen: since } = stored!;
    expect(replayed(path)).toEqual({
      results: results.length,
      models: 1,
      since,
      different: 0,
      failed: 0,
      differences: [],
    });
  });

  inFull('keeps the counters over a stop, and counts slots due meanwhile as missed', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('healthy', { schedule: { every: '1s' } })]);
    const first = await daemon(config);
    await first.post('/api/v1/models/healthy/check');
    const before = series((await first.get('/metrics')).text, 'modelpulse_checks_total{model="healthy"}')!;
    const { next_check } = (await first.get('/api/v1/models/healthy')).json() as { next_check: string };
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(next_check) - Date.now() + 1));
    const second = await daemon(config);
    const { text } = await second.get('/metrics');
    expect(series(text, 'modelpulse_checks_total{model="healthy"}')).toBeGreaterThanOrEqual(before);
    // Counted once it is written.
    const missed = 'modelpulse_scheduler_checks_missed_total{cause="down"}';
    while (series((await second.get('/metrics')).text, missed) === 0);
    const { items } = (await second.get('/api/v1/models/healthy/timeline')).json() as {
      items: { state: string }[];
    };
    expect(items.map(({ state }) => state)).toContain('unknown');
  });
});
