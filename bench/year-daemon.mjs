// The daemon on the file of a year: how soon it is ready, and how long requests hold up its event loop and each other.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';
import { copyOf } from './year-store.mjs';

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];
const walBytes = (path) => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;

/** What may hold up the loop, by the name under which it is told. */
const requests = {
  'uptime of a year': '/api/v1/models/model-7/uptime?window=365d',
  'time line of a year': '/api/v1/models/model-7/timeline?window=365d&limit=10000',
  '1,000 results': '/api/v1/models/model-7/checks?limit=1000',
  '1,000 failures': '/api/v1/models/model-7/checks?limit=1000&outcome=unhealthy',
  '1,000 incidents': '/api/v1/incidents?limit=1000',
  'all models': '/api/v1/models?limit=1000',
  'series of a day': '/api/v1/models/model-7/series',
  'series of a year by the hour': '/api/v1/models/model-7/series?window=365d&step=1h',
  'series of a month by 5 min': '/api/v1/models/model-7/series?window=30d&step=5m',
  'CSV of everything': '/api/v1/models/model-7/checks?format=csv',
};

async function ask(url, path) {
  const begun = performance.now();
  const response = await fetch(url + path);
  const { length } = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return { ms: performance.now() - begun, length };
}

/** ms of the longest hold of the loop since the last time this was asked. */
async function longestHold({ url }) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^\S*nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)[1]) * 1_000;
}

async function holds(daemon) {
  const found = {};
  for (const [name, path] of Object.entries(requests)) {
    await ask(daemon.url, path);
    const seen = [];
    for (let round = 0; round < 5; round += 1) {
      await longestHold(daemon);
      const { ms, length } = await ask(daemon.url, path);
      seen.push({ ms, length, hold: await longestHold(daemon) });
    }
    const middle = (of) => median(seen.map(of));
    found[name] = { ms: middle(({ ms }) => ms), hold: middle(({ hold }) => hold), bytes: seen[0].length };
  }
  return found;
}

/** ms of scrapes that come 300 ms apart. */
async function scrapes(url, count) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    times.push((await ask(url, '/metrics')).ms);
    await wait(300);
  }
  return times;
}

/** Scrapes while one client after another exports everything. */
async function scrapesDuringExport(url) {
  const exporting = { on: true };
  const exports = (async () => {
    for (let n = 0; exporting.on; n += 1) await ask(url, `/api/v1/models/model-${n}/checks?format=csv`);
  })();
  const times = await scrapes(url, 15);
  exporting.on = false;
  await exports;
  return times;
}

/** The largest WAL while a client reads an export as slowly as it can, and checks go on. */
async function walBesideSlowReader(url, path) {
  const { body } = await fetch(`${url}/api/v1/models/model-3/checks?format=csv`);
  const reader = body.getReader();
  let largest = 0;
  for (let n = 0; n < 20; n += 1) {
    await reader.read();
    await wait(1_000);
    largest = Math.max(largest, walBytes(path));
  }
  await reader.cancel();
  return largest;
}

/** Everything that is measured of a daemon with `models` of the file. */
export async function measureDaemon(path, models) {
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
  const copy = copyOf(path);
  const simulator = await startSimulator();
  const configuration = {
    storage: { path: copy.path },
    checker: { concurrency: 256, per_host: 256 },
    defaults: { schedule: { every: '60s' }, timeout: '10s' },
    models: modelsOf(simulator.baseUrl, models, () => 'healthy'),
  };
  // The first one meets a file that the system is still writing.
  const starts = [];
  for (let n = 0; n < 5; n += 1) {
    const started = await startDaemon(folder, configuration);
    starts.push(started.readyMs);
    await started.stop();
  }
  const daemon = await startDaemon(folder, configuration);
  await wait(30_000);
  const quiet = await longestHold(daemon)
    .then(() => wait(10_000))
    .then(() => longestHold(daemon));
  const memory = daemon.memoryMb('VmRSS');
  const before = await daemon.scrape();
  const alone = median(await scrapes(daemon.url, 15));
  const during = await scrapesDuringExport(daemon.url);
  const wal = await walBesideSlowReader(daemon.url, copy.path);
  const found = await holds(daemon);
  const missed = (await daemon.scrape()).missed - before.missed;
  await daemon.stop();
  await simulator.stop();
  copy.discard();
  rmSync(folder, { recursive: true });
  return {
    readyMs: median(starts),
    quiet,
    memory,
    alone,
    during: median(during),
    worst: Math.max(...during),
    wal,
    found,
    missed,
  };
}
