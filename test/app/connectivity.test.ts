import { afterEach, describe, expect, it } from '@jest/globals';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { listenUplink } from '../checker/uplink.js';
import { became, series, useSite } from './registry.js';
import type { Line, RunningDaemon } from './process.js';
import { inFull } from '../slow.js';

const site = useSite();
const machines = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
const providers: RunningSimulator[] = [];
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.close();
});

/** A provider on an address of its own, and its model. */
async function provider(host: string, port = 0) {
  const simulator = await createSimulator().listen(port, host);
  providers.push(simulator);
  const { model } = site();
  return {
    id: host,
    port: Number(new URL(simulator.url).port),
    close: () => simulator.close(),
    model: { ...model('healthy'), id: host, base_url: `${simulator.url}/v1` },
  };
}

const blind = ({ msg }: { msg: string }): boolean => msg.startsWith('no network connectivity');
const sees = ({ msg }: { msg: string }): boolean => msg === 'network connectivity is back';
const reasonsOf = async (daemon: RunningDaemon, id: string): Promise<string[]> => {
  const { items } = (await daemon.get(`/api/v1/models/${id}/checks`)).json() as {
    items: { outcome: string; reason: string; detail: string | null }[];
  };
  return items.map(({ outcome, reason, detail }) => `${outcome} ${reason} ${detail ?? ''}`);
};

describe('connectivity detection', () => {
  it('reports every model as unknown without incidents while no provider is reachable, and resumes afterwards', async () => {
    const { configure, daemon } = site();
    const all = await Promise.all(machines.map((host) => provider(host)));
    const running = await daemon(configure(all.map(({ model }) => model)));
    await Promise.all(all.map(({ id }) => running.line(became(id, 'healthy'))));
    await Promise.all(all.map(({ close }) => close()));

    const line = await running.line(blind);
    expect(line).toMatchObject({ level: 40, models: 4, since: expect.any(String) as unknown as string });
    await Promise.all(all.map(({ id }) => running.line(became(id, 'unknown'))));
    expect(series((await running.get('/metrics')).text, 'modelpulse_connectivity_up')).toBe(0);
    for (const { id } of all) {
      const [newest] = await reasonsOf(running, id);
      expect(newest).toMatch(/^unknown no_connectivity connect_error: .*ECONNREFUSED/);
    }

    await Promise.all(all.map(({ id, port }) => provider(id, port)));
    expect(await running.line(sees)).toMatchObject({ models: 4 });
    const back = (id: string) => (later: Line) =>
      became(id, 'healthy')(later) && String(later.since) > String(line.since);
    await Promise.all(all.map(({ id }) => running.line(back(id))));
    expect(series((await running.get('/metrics')).text, 'modelpulse_connectivity_up')).toBe(1);
    expect((await running.get('/api/v1/incidents')).json()).toMatchObject({ items: [] });
    expect(
      running.lines.filter(({ msg, state }) => msg === 'state changed' && state === 'unhealthy'),
    ).toEqual([]);
  }, 30_000);

  inFull(
    'reports the way without a proxy as lost while a model behind a proxy answers',
    async () => {
      const { configure, daemon } = site();
      const way = await listenUplink();
      providers.push({ url: '', close: way.close });
      const all = await Promise.all(machines.map((host) => provider(host)));
      const far = await provider('127.0.0.1');
      const proxied = {
        id: 'far',
        base_url: `http://far.test:${far.port}/v1`,
        proxy: `http://127.0.0.1:${way.port}`,
      };
      const models = [...all.map(({ model }) => model), { ...far.model, ...proxied }];
      const running = await daemon(configure(models));
      await Promise.all([...machines, 'far'].map((id) => running.line(became(id, 'healthy'))));
      await Promise.all(all.map(({ close }) => close()));
      const lost = await running.line(({ msg }) => msg.startsWith('no connectivity without a proxy'));
      expect(lost).toMatchObject({ level: 40, since: expect.any(String) as unknown as string });
      await Promise.all(machines.map((id) => running.line(became(id, 'unknown'))));
      expect(series((await running.get('/metrics')).text, 'modelpulse_connectivity_up')).toBe(1);
      await Promise.all(all.map(({ id, port }) => provider(id, port)));
      expect(await running.line(({ msg }) => msg === 'connectivity without a proxy is back')).toMatchObject({
        blind_seconds: expect.any(Number) as unknown as number,
      });
      expect((await running.get('/api/v1/incidents')).json()).toMatchObject({ items: [] });
      expect(running.lines.filter(blind)).toEqual([]);
    },
    30_000,
  );

  inFull(
    'does not report a loss of connectivity when one of several providers fails',
    async () => {
      const { configure, daemon } = site();
      const all = await Promise.all(machines.map((host) => provider(host)));
      const running = await daemon(configure(all.map(({ model }) => model)));
      await Promise.all(all.map(({ id }) => running.line(became(id, 'healthy'))));
      await all[0]!.close();
      expect(await running.line(became(machines[0]!, 'unhealthy'))).toMatchObject({
        reason: 'connect_error',
        blame: 'network',
      });
      expect(running.lines.some(blind)).toBe(false);
    },
    15_000,
  );

  inFull(
    'knows after a restart which providers were down by themselves',
    async () => {
      const { configure, daemon } = site();
      const all = await Promise.all(machines.slice(0, 3).map((host) => provider(host)));
      const [last, ...dead] = all;
      const config = configure(all.map(({ model }) => model));
      const before = await daemon(config);
      await Promise.all(all.map(({ id }) => before.line(became(id, 'healthy'))));
      for (const { id, close } of dead) {
        await close();
        await before.line(became(id, 'unhealthy'));
      }
      before.child.kill('SIGTERM');
      await before.ended;
      await last!.close();
      const after = await daemon(config);
      await after.line(became(last!.id, 'unhealthy'));
      expect(after.lines.filter(blind)).toEqual([]);
    },
    30_000,
  );

  inFull(
    'follows the configured targets, even with a single model',
    async () => {
      const { configure, daemon } = site();
      const target = await provider('127.0.0.9');
      const only = await provider('127.0.0.2');
      const connectivity = { targets: [`tcp://127.0.0.9:${target.port}`], every: '1s' };
      const running = await daemon(configure([only.model], { connectivity }));
      await running.line(became(only.id, 'healthy'));
      await Promise.all([target.close(), only.close()]);
      await running.line(blind);
      await running.line(became(only.id, 'unknown'));
      expect((await reasonsOf(running, only.id)).some((found) => found.startsWith('unhealthy'))).toBe(false);
      await provider('127.0.0.9', target.port);
      await running.line(sees);
      await running.line(became(only.id, 'unhealthy'));
      expect(running.lines.filter(({ msg }) => msg === 'configuration warning')).toEqual([]);
    },
    30_000,
  );
});
