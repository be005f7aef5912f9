import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { superPassword, withServer } from '../store/postgres/server.js';
import { command, start, startDaemon, type RunningDaemon } from './process.js';
import { became, promptId, series, useSite } from './registry.js';
import { inFull } from '../slow.js';

withServer(
  'the daemon on PostgreSQL',
  (server) => {
    const site = useSite();
    const storage = (url: string): object => ({ storage: { url } });
    const checksOf = async (running: RunningDaemon, id: string) =>
      ((await running.get(`/api/v1/models/${id}/checks`)).json() as { items: { slot: string }[] }).items;

    it('checks, goes on after a restart, and shows its password nowhere', async () => {
      const { configure, daemon, model } = site();
      const url = server().fresh();
      const config = configure(
        // Of one that is checked each second a slow restart misses slots, so that it is unknown until its next check.
        [
          model(promptId, { schedule: { every: '1s' }, model: 'healthy' }),
          model('bad-key', { schedule: { every: '1h' } }),
        ],
        storage(url),
      );
      const first = await daemon(config);
      await first.line(became(promptId, 'healthy'));
      await first.line(became('bad-key', 'unhealthy'));
      const before = await checksOf(first, promptId);
      expect(before.length).toBeGreaterThan(0);
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);

      const second = await daemon(config);
      expect((await second.get('/readyz')).status).toBe(200);
      const known = (await second.get('/api/v1/models/bad-key')).json() as { state: string };
      expect(known.state).toBe('unhealthy');
      const slots = (await checksOf(second, promptId)).map(({ slot }) => slot);
      expect(slots).toEqual(expect.arrayContaining(before.map(({ slot }) => slot)));
      const metrics = (await second.get('/metrics')).text;
      expect(series(metrics, 'modelpulse_store_size_bytes')).toBeGreaterThan(100_000);
      const pages = ['/', `/models/${promptId}`, '/incidents', '/report'];
      const api = ['series?step=1h', 'timeline', 'checks?format=csv'].map(
        (rest) => `/api/v1/models/${promptId}/${rest}`,
      );
      const shown = new Map<string, string>([['/metrics', metrics]]);
      for (const path of [...pages, ...api]) {
        const answer = await second.get(path);
        expect([path, answer.status, answer.text.slice(0, 500)]).toEqual([path, 200, expect.anything()]);
        shown.set(path, answer.text);
      }
      expect(shown.get(api[2]!)).toContain(before.at(-1)!.slot);
      second.child.kill('SIGTERM');
      expect(await second.ended).toBe(0);

      const { out } = await command(['config', '--config', config]);
      expect(out).toContain('postgres://postgres:***@');
      const logged = JSON.stringify([...first.lines, ...second.lines]);
      expect(logged).toContain('"database":"postgres@');
      const everything = [...shown.values(), out, logged, first.errors(), second.errors()].join('\n');
      for (const password of [superPassword, encodeURIComponent(superPassword)])
        expect(everything).not.toContain(password);
    }, 60_000);

    it('ends at once, with one line, where the password is wrong', async () => {
      const { configure, model } = site();
      const url = server().url('postgres', { password: 'wrong-password' });
      const config = configure([model('healthy')], storage(url));
      const running = start(['run', '--config', config]);
      expect(await running.ended).toBe(1);
      expect(running.errors()).toMatch(/^cannot use the database at postgres@.* it refuses the user: .*\n$/);
      expect(running.errors()).not.toContain('wrong-password');
    }, 20_000);

    it('waits for its server, and shows results while the server is away, which it writes afterwards', async () => {
      const { configure, daemon, model } = site();
      const config = configure([model(promptId, { model: 'healthy' })], storage(server().fresh()));
      await server().stop();
      const starting = daemon(config);
      await server().start();
      const running = await starting;
      await running.line(became(promptId, 'healthy'));

      await server().stop();
      await running.line(({ msg }) => msg.startsWith('database write failed'));
      const newest = async () => {
        const { last_check: last } = (await running.get(`/api/v1/models/${promptId}`)).json() as {
          last_check: { slot: string };
        };
        return last.slot;
      };
      const before = await newest();
      let live = before;
      // A further check is shown although nothing can be written.
      while (live === before) live = await newest();
      expect((await running.get(`/api/v1/models/${promptId}/checks`)).status).toBe(503);
      const metrics = (await running.get('/metrics')).text;
      expect(series(metrics, `modelpulse_model_up{model="${promptId}"}`)).toBe(1);
      await server().start();
      await running.line(({ msg }) => msg === 'database is available again');
      const slots = (await checksOf(running, promptId)).map(({ slot }) => slot);
      expect(slots).toContain(live);
      expect(running.lines.filter(({ level }) => level === 'error').length).toBeLessThan(5);
    }, 60_000);

    inFull(
      'is loaded only by a daemon whose history is there',
      async () => {
        const { configure, folder, model } = site();
        const models = [model(promptId, { model: 'healthy' })];
        const onFile = configure(models);
        // Node writes there which scripts a process has loaded.
        const loadedBy = async (name: string, config: string): Promise<string[]> => {
          const NODE_V8_COVERAGE = `${folder.path}/${name}`;
          const { child, ended, get } = await startDaemon(config, { NODE_V8_COVERAGE });
          expect((await get(`/api/v1/models/${promptId}/checks?format=csv`)).status).toBe(200);
          child.kill('SIGTERM');
          expect(await ended).toBe(0);
          const urls = readdirSync(NODE_V8_COVERAGE).flatMap((file) =>
            [...readFileSync(`${NODE_V8_COVERAGE}/${file}`, 'utf8').matchAll(/"url":"([^"]+)"/g)].map(
              ([, url]) => url!,
            ),
          );
          return urls.filter((url) => /postgres|node_modules\/pg\//.test(url));
        };
        expect(await loadedBy('file', onFile)).toEqual([]);
        const onServer = configure(models, storage(server().fresh()));
        expect((await loadedBy('server', onServer)).length).toBeGreaterThan(2);
      },
      90_000,
    );
  },
  { auth: 'scram-sha-256' },
);
