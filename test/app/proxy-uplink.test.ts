import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { completion, listenHttps } from '../checker/server.js';
import { listenUplink } from '../checker/uplink.js';
import { became, series, useSite } from './registry.js';
import type { Line } from './process.js';
import { some } from '../slow.js';
import { fixedQuestion } from '../checker/model.js';

const file = (name: string): string =>
  fileURLToPath(new URL(`../checker/certificates/${name}`, import.meta.url));
const site = useSite();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('models behind a proxy that loses its way out', () => {
  it.each(
    some(
      [
        [false, 'refuses'],
        [true, 'hangs'],
      ] as const,
      1,
    ),
  )(
    'become unknown without an incident, and healthy again with it (reuse_connections: %s, the proxy %s)',
    async (reuse, how) => {
      const { configure, daemon, model, simulator } = site();
      const way = await listenUplink();
      const secure = await listenHttps(
        { key: readFileSync(file('valid.key')), cert: readFileSync(file('valid.pem')) },
        (_request, response) => response.end(completion('New Delhi')),
      );
      closers.push(way.close, secure.close);
      const { port } = new URL(simulator.url);
      const behind = ['a', 'b', 'c', 'd'].map((name) => {
        const plain = name < 'c';
        const id = `${plain ? 'plain' : 'secure'}-${name}`;
        const address = plain ? `http://${name}.test:${port}` : `https://${name}.test:${secure.port}`;
        return {
          id,
          model: {
            ...model('healthy'),
            id,
            base_url: `${address}/v1`,
            tls: { insecure: true },
            ...fixedQuestion,
          },
        };
      });
      const proxy = `http://user:hidden-word@127.0.0.1:${way.port}`;
      const models = behind.map((each) => ({ ...each.model, proxy, timeout: '3s' }));
      const near = { ...model('healthy'), id: 'near', proxy: undefined };
      const config = configure([...models, near], {
        checker: { reuse_connections: reuse },
        defaults: { schedule: { every: '1s' }, confirm: { failures: 1, successes: 1 } },
      });
      const running = await daemon(config);
      const ids = behind.map(({ id }) => id);
      await Promise.all([...ids, 'near'].map((id) => running.line(became(id, 'healthy'))));

      way.lose(how);
      const lost = await running.line(({ msg }) => msg.startsWith('no connectivity through the proxy'));
      expect(lost).toMatchObject({ level: 40, proxy: `127.0.0.1:${way.port}` });
      await Promise.all(ids.map((id) => running.line(became(id, 'unknown'))));
      expect(series((await running.get('/metrics')).text, 'modelpulse_connectivity_up')).toBe(1);

      way.restore();
      await running.line(({ msg }) => msg === 'connectivity through the proxy is back');
      const back = (id: string) => (later: Line) =>
        became(id, 'healthy')(later) && String(later.since) > String(lost.since);
      await Promise.all(ids.map((id) => running.line(back(id))));
      for (const id of ids) {
        const { items } = (await running.get(`/api/v1/models/${id}/checks`)).json() as {
          items: { outcome: string; reason: string; detail: string | null }[];
        };
        const other = items.filter(({ reason }) => reason !== 'ok');
        expect(other.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual(
          other.map(() => 'unknown no_connectivity'),
        );
        expect(other[0]!.detail).toContain(`the proxy 127.0.0.1:${way.port}`);
      }
      expect((await running.get('/api/v1/incidents')).json()).toMatchObject({ items: [] });
      expect(JSON.stringify(running.lines)).not.toContain('hidden-word');
    },
    60_000,
  );
});
