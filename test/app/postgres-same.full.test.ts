import { expect, it } from '@jest/globals';
import { modelMemory } from '../../src/cli/model-memory.js';
import { dayMs } from '../../src/domain/period.js';
import { inventPast } from '../../src/simulator/invented-past.js';
import { exportHistory } from '../../src/store/transfer/export.js';
import { importPostgresHistory } from '../../src/store/transfer/postgres-import.js';
import { postgresMigrations } from '../store/contract/postgres-kind.js';
import { withServer } from '../store/postgres/server.js';
import { migrationsDir, silent } from '../store/samples.js';
import { modelNamed } from './parts.js';
import type { RunningDaemon } from './process.js';
import { useSite } from './registry.js';

withServer('a past of 90 days', (server) => {
  const site = useSite();

  it('is shown the same from PostgreSQL as from a file', async () => {
    const { configure, daemon, folder, model } = site();
    const ids = ['outage', 'no-credit', 'slow'];
    const path = `${folder.path}/pulse.db`;
    const midnight = Math.floor(Date.now() / dayMs) * dayMs;
    await inventPast({ path, migrationsDir, models: ids.map((id) => modelNamed(id)), now: midnight });
    const url = server().fresh();
    const lines = [...exportHistory(path, migrationsDir, [])].join('').trimEnd().split('\n');
    await importPostgresHistory(
      { connection: { url, log: silent }, migrationsDir: postgresMigrations, memory: modelMemory },
      (async function* () {
        yield await Promise.resolve(lines);
      })(),
    );

    // Paused, so that nothing is added to the past.
    const models = ids.map((id) => model(id, { pause: true }));
    const iso = (ms: number): string => new Date(ms).toISOString();
    const day = (ago: number): string => iso(midnight - ago * dayMs);
    const window = `from=${day(60)}&to=${day(1)}`;
    const recent = `from=${day(10)}&to=${day(1)}`;
    const month = iso(midnight - 31 * dayMs).slice(0, 7);
    const paths = [
      ...ids.flatMap((id) =>
        [
          `series?${window}&step=1d`,
          `series?${recent}&step=1h`,
          `timeline?${window}`,
          `uptime?${window}`,
          `checks?${recent}&limit=1000`,
          `checks?${window}&format=csv`,
        ].map((rest) => `/api/v1/models/${id}/${rest}`),
      ),
      `/report?month=${month}`,
      `/report.csv?month=${month}`,
    ];
    const told = async (running: RunningDaemon): Promise<Map<string, string>> => {
      const found = new Map<string, string>();
      for (const path of paths) {
        const { status, text } = await running.get(path);
        // Of a page its tables: it also names its server and the time.
        const tables = [...text.matchAll(/<tbody[^]*?<\/tbody>/g)].join('\n');
        found.set(path, `${status} ${tables === '' ? text : tables}`);
      }
      // Their ids, and so their order, are of the database.
      const { items } = (await running.get(`/api/v1/incidents?${window}&limit=1000`)).json() as {
        items: { id: number; model: string; opened_at: string }[];
      };
      expect(items.length).toBeGreaterThan(3);
      found.set(
        'incidents',
        items
          .map((item) => JSON.stringify({ ...item, id: 0 }))
          .sort()
          .join('\n'),
      );
      const metrics = (await running.get('/metrics')).text.split('\n');
      found.set('/metrics', metrics.filter((line) => line.startsWith('modelpulse_model_')).join('\n'));
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
      return found;
    };
    // Deletion begins with the start, and at its own pace in each.
    const retention = { checks: '120d', failures: '120d' };
    const of = (place: object) => daemon(configure(models, { storage: { ...place, retention } }));
    const fromFile = await told(await of({ path }));
    const fromServer = await told(await of({ url }));
    expect(paths.map((path) => fromFile.get(path)!.slice(0, 3))).toEqual(paths.map(() => '200'));
    expect(Object.fromEntries(fromServer)).toEqual(Object.fromEntries(fromFile));
    expect(fromFile.get('/metrics')!.split('\n').length).toBeGreaterThan(20);
    expect(fromFile.get(paths[0]!)!.length).toBeGreaterThan(5_000);
  }, 180_000);
});
