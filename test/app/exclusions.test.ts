import { describe, expect, it } from '@jest/globals';
import { workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';
import type { RunningDaemon } from './process.js';
import { became, useSite, type Site } from './registry.js';
import { send } from './sending.js';
import { inFull } from '../slow.js';

const site = useSite();
const place = workplace();
const createParts = useParts();
const minute = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

interface Uptime {
  readonly uptime: number;
  readonly coverage: number;
  readonly seconds: Record<string, number>;
  readonly checks: Record<string, number>;
}
interface Items<T> {
  readonly items: readonly T[];
}
interface Incident {
  readonly exclusions: readonly object[];
}

async function get<T>(running: RunningDaemon, path: string): Promise<T> {
  const { status, json } = await send(running, 'GET', path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return json as T;
}

async function killed(running: RunningDaemon): Promise<void> {
  running.child.kill('SIGKILL');
  await running.ended;
}

/** An hour of results every minute that ended two hours ago, with ten minutes of failure; watched from a little before. */
async function writePast({ folder }: Site): Promise<{ from: number; failed: number; to: number }> {
  const from = Math.floor(Date.now() / minute) * minute - 180 * minute;
  const store = place.open(`${folder.path}/pulse.db`);
  const parts = createParts(store);
  parts.clock.now = from - 2 * minute;
  const model = modelNamed('gpt', { schedule: { kind: 'every', everyMs: minute } });
  await parts.roster.replace([model], parts.clock.now);
  for (let slot = from - minute; slot <= from + 60 * minute; slot += minute) {
    const bad = slot >= from + 20 * minute && slot < from + 30 * minute;
    await parts.record('gpt', slot, bad ? { outcome: 'unhealthy', reason: 'timeout' } : {});
  }
  await store.close();
  return { from, failed: from + 20 * minute, to: from + 60 * minute };
}

describe('exclusion of past time', () => {
  inFull(
    'counts as maintenance and not in the figures, also after kill -9, until it is deleted',
    async () => {
      const past = await writePast(site());
      const { model, configure, daemon } = site();
      const config = configure([model('gpt', { model: 'healthy', schedule: { every: '24h' } })]);
      let running = await daemon(config);
      const window = `from=${iso(past.from)}&to=${iso(past.to)}`;
      const told = async () => ({
        uptime: await get<Uptime>(running, `/api/v1/models/gpt/uptime?${window}`),
        timeline: await get<Items<{ from: string; to: string; state: string }>>(
          running,
          `/api/v1/models/gpt/timeline?${window}`,
        ),
        series: await get<Items<Pick<Uptime, 'seconds' | 'checks'>>>(
          running,
          `/api/v1/models/gpt/series?${window}&step=7d`,
        ),
        results: await get<Items<object>>(running, `/api/v1/models/gpt/checks?${window}`),
      });
      const before = await told();
      expect(before.uptime.seconds).toMatchObject({ healthy: 3_000, unhealthy: 600, maintenance: 0 });
      expect(before.uptime.checks).toMatchObject({ total: 60, healthy: 50, unhealthy: 10 });

      const taken = { from: iso(past.failed - minute), to: iso(past.failed + 10 * minute) };
      const made = await send(running, 'POST', '/api/v1/models/gpt/exclusions', {
        ...taken,
        reason: 'the provider moved',
      });
      expect(made).toMatchObject({ status: 201, json: { ...taken, reason: 'the provider moved' } });

      const after = await told();
      expect(after.uptime).toMatchObject({
        uptime: 1,
        coverage: 1,
        seconds: { healthy: 2_940, unhealthy: 0, maintenance: 660 },
        checks: { total: 49, healthy: 49, unhealthy: 0 },
      });
      expect(after.timeline.items.map(({ from, to, state }) => [from, to, state])).toEqual([
        [iso(past.from), taken.from, 'healthy'],
        [taken.from, taken.to, 'maintenance'],
        [taken.to, iso(past.to), 'healthy'],
      ]);
      const { seconds } = after.series.items.reduce((one) => one);
      expect(seconds).toMatchObject(after.uptime.seconds);
      expect(after.results).toEqual(before.results);
      const shown = await get<Items<Incident>>(running, '/api/v1/incidents?model=gpt');
      expect(shown.items).toMatchObject([{ reason: 'timeout', exclusions: [made.json] }]);

      await killed(running);
      running = await daemon(config);
      expect(await told()).toEqual(after);
      expect(await get(running, '/api/v1/incidents?model=gpt')).toEqual(shown);
      expect(await get(running, '/api/v1/models/gpt/exclusions')).toEqual({ items: [made.json] });

      const address = `/api/v1/models/gpt/exclusions/${(made.json as { id: number }).id}`;
      expect(await send(running, 'DELETE', address)).toEqual({ status: 204, json: null });
      expect((await send(running, 'DELETE', address)).status).toBe(404);
      expect(await told()).toEqual(before);
      expect((await get<Items<Incident>>(running, '/api/v1/incidents')).items).toMatchObject([
        { exclusions: [] },
      ]);
    },
  );
});

describe('exclusion of future time', () => {
  const daily = { schedule: { every: '24h' } };
  const stateOf = async (running: RunningDaemon): Promise<string> =>
    (await get<{ state: string }>(running, '/api/v1/models/gpt')).state;
  const check = (running: RunningDaemon) => send(running, 'POST', '/api/v1/models/gpt/check');
  const plan = (running: RunningDaemon, from: number) =>
    send(running, 'POST', '/api/v1/models/gpt/exclusions', {
      from: from / 1_000,
      to: iso(from + 60 * minute),
      reason: 'planned',
    });

  inFull('becomes maintenance when it begins, and opens no incident, also after kill -9', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('gpt', { model: 'healthy', ...daily })]);
    let running = await daemon(config);
    await check(running);
    await running.line(became('gpt', 'healthy'));
    const from = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
    expect((await plan(running, from)).status).toBe(201);
    await running.line(became('gpt', 'maintenance'));

    configure([model('gpt', { model: 'bad-key', ...daily })]);
    expect((await running.post('/-/reload')).status).toBe(200);
    for (let time = 0; time < 3; time += 1) {
      expect((await check(running)).json).toMatchObject({ outcome: 'unhealthy', reason: 'auth_failed' });
    }
    expect(await stateOf(running)).toBe('maintenance');
    await killed(running);

    running = await daemon(config);
    for (let time = 0; time < 3; time += 1) await check(running);
    expect(await stateOf(running)).toBe('maintenance');
    expect(await get(running, '/api/v1/incidents')).toMatchObject({ items: [] });
    const { items } = await get<Items<{ from: string; state: string }>>(
      running,
      '/api/v1/models/gpt/timeline',
    );
    expect(items.at(-1)).toMatchObject({ from: iso(from), to: null, state: 'maintenance' });
    const { seconds } = await get<Uptime>(running, '/api/v1/models/gpt/uptime');
    expect(seconds).toMatchObject({ unhealthy: 0 });
  });

  inFull('ends when it is deleted early, and the time it covered stays maintenance', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('gpt', { model: 'bad-key', ...daily })]);
    let running = await daemon(config);
    const made = await plan(running, Date.now());
    await running.line(became('gpt', 'maintenance'));
    await check(running);
    const { id } = made.json as { id: number };
    expect((await send(running, 'DELETE', `/api/v1/models/gpt/exclusions/${id}`)).status).toBe(204);
    await running.line(({ msg, was }) => msg === 'state changed' && was === 'maintenance');
    expect(await stateOf(running)).not.toBe('maintenance');
    await check(running);
    await check(running);
    await running.line(became('gpt', 'unhealthy'));
    expect(await get(running, '/api/v1/incidents')).toMatchObject({ items: [{ reason: 'auth_failed' }] });

    const states = async () =>
      (await get<Items<{ state: string }>>(running, '/api/v1/models/gpt/timeline')).items.map(
        ({ state }) => state,
      );
    expect(await states()).toContain('maintenance');
    expect((await states()).at(-1)).toBe('unhealthy');
    await killed(running);
    running = await daemon(config);
    expect(await states()).toContain('maintenance');
    expect(await get(running, '/api/v1/models/gpt/exclusions')).toEqual({ items: [] });
  });

  it('never begins when it is deleted before its start', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('gpt', { model: 'healthy', ...daily })]));
    const { id } = (await plan(running, Date.now() + 60 * minute)).json as { id: number };
    await check(running);
    await running.line(became('gpt', 'healthy'));
    expect((await send(running, 'DELETE', `/api/v1/models/gpt/exclusions/${id}`)).status).toBe(204);
    expect(await stateOf(running)).toBe('healthy');
    expect(await get(running, '/api/v1/models/gpt/exclusions')).toEqual({ items: [] });
  });
});
