import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { migrationsDir, workplace } from '../store/samples.js';
import { expectReplay } from './killing/stored.js';
import { modelNamed, useParts } from './parts.js';
import { startDaemon, type RunningDaemon } from './process.js';
import { series, useSite } from './registry.js';

const site = useSite();
const place = workplace();
const createParts = useParts();
const minute = 60_000;
const hour = 60 * minute;

interface Result {
  slot: string;
  started_at: string;
}
interface Uptime {
  uptime: number | null;
  coverage: number | null;
  seconds: Record<string, number>;
}

let running: RunningDaemon | null = null;
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
  running = null;
});

/** Starts a daemon whose wall clock is set back by `backMs`, and at SIGUSR2 by `stepMs`, then forth again. */
async function start(config: string, backMs = 0, stepMs = hour): Promise<RunningDaemon> {
  const preload = pathToFileURL(join(import.meta.dirname, 'wall-clock.child.mjs')).href;
  running = await startDaemon(config, {
    NODE_OPTIONS: `--import=${preload}`,
    CLOCK_BACK_MS: String(backMs),
    CLOCK_STEP_MS: String(stepMs),
  });
  return running;
}

/** Half an hour of health, one result a minute, that ended half an hour ago. */
async function writePast(path: string): Promise<void> {
  const store = place.open(path);
  const parts = createParts(store);
  const end = Date.now() - 30 * minute;
  parts.clock.now = end - hour;
  await parts.roster.replace([modelNamed('gpt')], parts.clock.now);
  for (let slot = end - hour + 1; slot < end; slot += minute) await parts.record('gpt', slot);
  await store.close();
}

async function results({ get }: RunningDaemon): Promise<Result[]> {
  const { items } = (await get('/api/v1/models/gpt/checks?limit=1000&from=0&to=4102444799')).json() as {
    items: Result[];
  };
  return items.reverse();
}

/** Waits until the schedule has brought some more results than there are. */
async function more(daemon: RunningDaemon, count: number): Promise<Result[]> {
  const before = (await results(daemon)).length;
  for (;;) {
    const now = await results(daemon);
    if (now.length >= before + count) return now;
  }
}

/** Holds that figures over the last day, as the clock has it, are those of the half hour that was watched. */
async function expectSaneUptime({ get }: RunningDaemon): Promise<void> {
  const { uptime, coverage, seconds } = (await get('/api/v1/models/gpt/uptime?window=24h')).json() as Uptime;
  expect(uptime).toBe(1);
  expect(coverage).toBeCloseTo(1, 2);
  expect(seconds.healthy).toBeGreaterThan(25 * 60);
  expect(seconds.healthy).toBeLessThan(35 * 60);
  expect(seconds.unhealthy).toBe(0);
}

/** Holds that figures are those of the hour that was watched before the half hour without a daemon. */
async function expectWholeUptime({ get }: RunningDaemon): Promise<void> {
  const { uptime, coverage, seconds } = (await get('/api/v1/models/gpt/uptime?window=24h')).json() as Uptime;
  expect(uptime).toBe(1);
  expect(coverage).toBeCloseTo(2 / 3, 1);
  expect(seconds.healthy).toBeGreaterThan(55 * 60);
  expect(seconds.healthy).toBeLessThan(65 * 60);
}

describe('system clock set back by an hour', () => {
  it('keeps slots in order, checks running and uptime correct; a daemon started then logs a warning', async () => {
    const { model, configure, folder } = site();
    const path = `${folder.path}/pulse.db`;
    await writePast(path);
    const config = configure([model('healthy', { id: 'gpt' })]);
    const first = await start(config);
    const known = (await more(first, 2)).at(-1)!;
    const checks = 'modelpulse_checks_total{model="gpt"}';
    const counted = series((await first.get('/metrics')).text, checks)!;
    first.child.kill('SIGUSR2');
    for (;;) {
      const { slot, started_at } = (await first.post('/api/v1/models/gpt/check')).json() as Result;
      expect(Date.parse(slot)).toBeGreaterThan(Date.parse(known.slot));
      if (Date.parse(started_at) < Date.parse(known.slot) - hour / 2) break;
    }
    const all = await more(first, 3);
    const slots = all.map(({ slot }) => Date.parse(slot));
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
    const { text } = await first.get('/metrics');
    expect(series(text, checks)).toBeGreaterThan(counted);
    expect(series(text, 'modelpulse_model_up{model="gpt"}')).toBe(1);
    await expectSaneUptime(first);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = await start(config, hour);
    const { ahead_ms: ahead } = await second.line(({ msg }) => msg.startsWith('system clock is behind'));
    expect(ahead).toBeGreaterThan(hour - minute);
    const after = await more(second, 2);
    expect(after.map(({ slot }) => Date.parse(slot)).slice(0, slots.length)).toEqual(slots);
    await expectSaneUptime(second);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);

    const store = openStoreReader(path, migrationsDir);
    for (const each of await store.models()) await expectReplay(store, each);
    await store.close();
  }, 60_000);
});

describe('system clock years ahead at the start of the daemon', () => {
  it('suspends retention and logs it', async () => {
    const { model, configure, folder } = site();
    await writePast(`${folder.path}/pulse.db`);
    const daemon = await start(configure([model('healthy', { id: 'gpt' })]), -2 * 365 * 24 * hour);
    const { ahead_ms: ahead } = await daemon.line(({ msg }) => msg.endsWith('retention waits for an hour'));
    expect(ahead).toBeGreaterThan(2 * 364 * 24 * hour);
    const { items } = (
      await daemon.get('/api/v1/models/gpt/checks?limit=1000&from=0&to=4102444799')
    ).json() as {
      items: Result[];
    };
    const past = items.filter(({ slot }) => Date.parse(slot) < Date.now());
    expect(past.length).toBeGreaterThanOrEqual(59);
  }, 60_000);
});

describe('system clock 40 days ahead for some seconds', () => {
  it('does not affect recorded times, and is reported as doubted', async () => {
    const { model, configure, folder } = site();
    await writePast(`${folder.path}/pulse.db`);
    const config = configure([model('healthy', { id: 'gpt' })]);
    const daemon = await start(config, 0, -40 * 24 * hour);
    const { get, child, line } = daemon;
    await more(daemon, 2);
    child.kill('SIGUSR2');
    const { ahead_ms: ahead } = await line(({ msg }) => msg.startsWith('system clock differs'));
    expect(ahead).toBeCloseTo(40 * 24 * hour, -4);
    await more(daemon, 3);
    expect(series((await get('/metrics')).text, 'modelpulse_clock_doubted')).toBe(1);
    child.kill('SIGUSR2');
    await line(({ msg }) => msg === 'system clock is used again');
    const all = await more(daemon, 2);
    for (const { slot, started_at } of all) {
      expect(Date.parse(slot)).toBeLessThan(Date.now() + minute);
      expect(Date.parse(started_at)).toBeLessThan(Date.now() + minute);
    }
    expect(series((await get('/metrics')).text, 'modelpulse_clock_doubted')).toBe(0);
    const lost = 'modelpulse_scheduler_checks_missed_total{cause="loop_blocked"}';
    expect(series((await get('/metrics')).text, lost)).toBeLessThan(60);
    await expectWholeUptime(daemon);
  }, 60_000);
});

describe('daemon started with the clock in 1970', () => {
  it('continues from its newest result, on the first start and on the next', async () => {
    const { model, configure, folder } = site();
    await writePast(`${folder.path}/pulse.db`);
    const config = configure([model('healthy', { id: 'gpt' })]);
    for (let times = 0; times < 2; times += 1) {
      const daemon = await start(config, Date.now() - 5 * minute);
      await daemon.line(({ msg }) => msg.startsWith('system clock differs'));
      const slots = (await more(daemon, 2)).map(({ slot }) => Date.parse(slot));
      expect(Math.min(...slots)).toBeGreaterThan(Date.now() - 2 * hour);
      expect(Math.max(...slots)).toBeLessThan(Date.now() + minute);
      await expectWholeUptime(daemon);
      daemon.child.kill('SIGTERM');
      expect(await daemon.ended).toBe(0);
    }
  }, 60_000);
});
