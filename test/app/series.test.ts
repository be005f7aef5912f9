import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { batchOf, failed, modelWrite, workplace } from '../store/samples.js';
import { became, useSite } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();
const place = workplace();

interface Told {
  readonly from: string;
  readonly seconds: Record<string, number>;
  readonly checks: Record<string, number>;
}

const sumOf = (all: readonly Record<string, number>[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const each of all) {
    for (const [name, value] of Object.entries(each)) {
      sum[name] = Math.round(((sum[name] ?? 0) + value) * 1_000) / 1_000;
    }
  }
  return sum;
};

/** Overwrites every page but the first, as a broken disk would. */
function ruin(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, undefined, 4096);
  closeSync(file);
}

/** A database with more results of a model than the daemon reads when it starts. */
async function remember(path: string, id: string): Promise<void> {
  const store = place.open(path);
  const now = Date.now();
  const { key } = await store.register(id, now - 3_600_000, null);
  const results = Array.from({ length: 2_000 }, (_, n) => failed(now - 3_000_000 + n));
  await store.write(batchOf(modelWrite(key, { results })));
  await store.close();
}

describe('long replies of a daemon', () => {
  it('match the uptime of the same window, and contain every result', async () => {
    const { configure, daemon, model } = site();
    const running = await daemon(configure([model('healthy'), model('flaky-50')]));
    await running.line(became('healthy', 'healthy'));
    for (let n = 0; n < 5; n += 1) await running.post('/api/v1/models/flaky-50/check');
    const past = `/api/v1/models/flaky-50`;
    const { slot } = (await running.post(`${past}/check`)).json() as { slot: string };
    const window = `from=2020-01-01&to=${slot}`;
    const uptime = (await running.get(`${past}/uptime?${window}`)).json() as Told;
    const series = (await running.get(`${past}/series?${window}&step=1s`)).json() as { items: Told[] };
    expect(series.items[0]?.from).toBe(uptime.from);
    expect(sumOf(series.items.map(({ seconds }) => seconds))).toEqual(uptime.seconds);
    expect(sumOf(series.items.map(({ checks }) => checks))).toEqual(uptime.checks);
    const { items } = (await running.get(`${past}/checks?${window}&limit=1000`)).json() as {
      items: object[];
    };
    const csv = (await running.get(`${past}/checks?${window}&format=csv`)).text.split('\r\n');
    expect(csv).toHaveLength(items.length + 2);
  });

  inFull('continue from the new file when a damaged one was moved aside', async () => {
    const { configure, daemon, folder, model } = site();
    const path = `${folder.path}/pulse.db`;
    await remember(path, 'healthy');
    const running = await daemon(configure([model('healthy')]));
    const series = '/api/v1/models/healthy/series?step=1m';
    expect((await running.get(series)).status).toBe(200);
    ruin(path);
    const movedAside = running.line(
      ({ msg }) => msg === 'database is corrupt: moved aside, starting a new one',
    );
    // SQLite may still hold the pages that it needs for one answer.
    for (let found = false; !found;) {
      const { status } = await running.get('/api/v1/models/healthy/checks?limit=1000');
      expect([200, 500, 503]).toContain(status);
      found = await Promise.race([movedAside.then(() => true), setImmediate(false)]);
    }
    await running.line(({ msg }) => msg === 'database is available again');
    const { slot } = (await running.post('/api/v1/models/healthy/check')).json() as { slot: string };
    expect((await running.get('/api/v1/models/healthy/checks?format=csv')).text).toContain(
      `healthy,${slot},`,
    );
    expect((await running.get(series)).status).toBe(200);
  });
});
