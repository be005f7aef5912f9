import { renameSync, symlinkSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withServer } from '../store/postgres/server.js';
import { startStandby } from '../store/postgres/standby.js';
import { until } from './fleet-site.js';
import { became, promptId, useSite } from './registry.js';

withServer('a fail-over to a standby', (server) => {
  const site = useSite();

  it('is told once, checks go on, and the daemon follows the name to the new primary', async () => {
    const { configure, daemon, folder, model } = site();
    const standby = await startStandby(server());
    try {
      // What a name is where there is a network.
      const name = `${folder.path}/database`;
      const leadTo = (place: string): void => {
        symlinkSync(place, `${name}.next`);
        renameSync(`${name}.next`, name);
      };
      leadTo(server().folder);
      const running = await daemon(
        configure([model(promptId, { model: 'healthy' })], {
          storage: { url: `postgres://postgres@/postgres?host=${name}` },
        }),
      );
      await running.line(became(promptId, 'healthy'));
      const newest = async (): Promise<string> => {
        const { last_check: last } = (await running.get(`/api/v1/models/${promptId}`)).json() as {
          last_check: { slot: string };
        };
        return last.slot;
      };
      // The old primary keeps its connections.
      await server().sql('postgres', 'ALTER SYSTEM SET default_transaction_read_only = on');
      await server().sql('postgres', 'SELECT pg_reload_conf()');
      const failed = await running.line(({ msg }) => msg.startsWith('database write failed'));
      expect(JSON.stringify(failed)).toContain('it is read-only: a standby');
      const before = await newest();
      const waiting = await until(newest, (slot) => slot !== before, 20);
      expect((await running.get('/readyz')).status).toBe(200);
      // What is stored can be read, there and at the standby.
      leadTo(standby.folder);
      await until(
        async () => (await running.get(`/api/v1/models/${promptId}/checks`)).status,
        (status) => status === 200,
        20,
      );
      await standby.promote();
      await running.line(({ msg }) => msg === 'database is available again');
      const { items } = (await running.get(`/api/v1/models/${promptId}/checks`)).json() as {
        items: { slot: string }[];
      };
      expect(items.map(({ slot }) => slot)).toContain(waiting);
      // It has its models still, or again.
      const now = await newest();
      await until(newest, (slot) => slot !== now, 40);
      expect(running.lines.filter(({ msg }) => msg.startsWith('database write failed'))).toHaveLength(1);
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
    } finally {
      await standby.close();
    }
  }, 90_000);
});
