// The overview beside running checks: `node bench/page.mjs [models] [every] [requests]`, after `npm run build`.
// Printed are the server's time for a page and its size, the longest hold of the event loop, and the memory that pages cost.
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';

const [models = '1000', every = '10s', requests = '100'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
const holds = join(folder, 'holds');
const simulator = await startSimulator();
const configuration = {
  storage: { path: join(folder, 'bench.db') },
  checker: { concurrency: 256, per_host: 256 },
  defaults: { schedule: { every }, timeout: '10s' },
  models: modelsOf(simulator.baseUrl, Number(models), (index) =>
    index % 20 === 19 ? 'flaky-20' : 'healthy',
  ).map((model, index) => ({ ...model, labels: { team: `team-${index % 8}`, public: 'yes' } })),
  status_pages: [
    {
      path: '/status',
      title: 'Bench',
      access: 'public',
      models: { labels: { public: 'yes' } },
      show: { ids: true },
    },
  ],
};
const probe = fileURLToPath(new URL('loop-holds.mjs', import.meta.url));
const daemon = await startDaemon(folder, configuration, {
  node: ['--import', probe],
  env: { LOOP_HOLDS_FILE: holds },
});

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Number(value.toFixed(1));

/** ms of the longest hold of the loop since the last time this was asked. */
async function longestHold() {
  rmSync(holds, { force: true });
  process.kill(daemon.pid, 'SIGUSR2');
  for (;;) {
    await wait(2);
    const text = existsSync(holds) ? readFileSync(holds, 'utf8') : '';
    if (text.endsWith('\n')) return Number(text);
  }
}

/** The body of an answer; over one connection, without what fetch costs. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
async function load(path) {
  // As browsers ask: of public pages the packed text is kept as well.
  const headers = { 'accept-encoding': 'gzip' };
  const [response] = await once(get(daemon.url + path, { agent, headers }), 'response');
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`);
  const body = Buffer.concat(await response.toArray());
  return { body, packed: response.headers['content-encoding'] === 'gzip' };
}

/** Asks for a page again and again, one at a time. */
async function measure(path) {
  const first = performance.now();
  await load(path);
  const firstMs = performance.now() - first;
  await longestHold();
  const times = [];
  const longest = [];
  let page = { body: Buffer.alloc(0), packed: false };
  for (let n = 0; n < Number(requests); n += 1) {
    const from = performance.now();
    page = await load(path);
    times.push(performance.now() - from);
    longest.push(await longestHold());
  }
  return {
    first_ms: round(firstMs),
    median_ms: round(median(times)),
    slowest_ms: round(Math.max(...times)),
    kb: round((page.packed ? gunzipSync(page.body) : page.body).length / 1e3),
    gzip_kb: round((page.packed ? page.body : gzipSync(page.body)).length / 1e3),
    hold_median_ms: round(median(longest)),
    hold_longest_ms: round(Math.max(...longest)),
  };
}

/** ms from the navigation to a page whose script has run, in Debian's Chromium; null without it. */
async function interactive(path) {
  // As the tests do: the shell is Chromium without windows, panels and extensions.
  const executablePath = ['chromium-headless-shell', 'chromium']
    .map((name) => `/usr/bin/${name}`)
    .find((place) => existsSync(place));
  if (executablePath === undefined) return null;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const times = [];
  for (let n = 0; n < 5; n += 1) {
    const page = await browser.newPage();
    await page.goto(daemon.url + path);
    // Scripts of type module run before this event.
    times.push(
      await page.evaluate(() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd),
    );
    await page.close();
  }
  await browser.close();
  return Math.round(median(times));
}

// The first wave is through by then.
await wait(Math.max(15_000, Number(models) * 6));
await longestHold();
await wait(2_000);
const quiet = round(await longestHold());
const before = daemon.memoryMb('VmRSS');
const cpu = daemon.cpuSeconds();
const from = performance.now();
const found = {};
// The first one does nothing: its time is that of a request and its answer.
for (const path of [
  '/livez',
  '/',
  '/?limit=1000',
  '/?state=unhealthy',
  '/models/model-19',
  '/incidents',
  '/status',
])
  found[path] = await measure(path);
const after = daemon.memoryMb('VmRSS');
const share = (daemon.cpuSeconds() - cpu) / ((performance.now() - from) / 1_000);
// The thread for long reads ends after 5 s without any.
await wait(8_000);
const later = daemon.memoryMb('VmRSS');
const { missed } = await daemon.scrape();
const interactiveMs = { '/': await interactive('/'), '/?limit=1000': await interactive('/?limit=1000') };
console.log(
  JSON.stringify(
    {
      models: Number(models),
      every,
      missed,
      hold_without_pages_ms: quiet,
      pages: found,
      interactive_ms: interactiveMs,
      memory_mb: { before, after, later },
      core_share: round(share),
    },
    null,
    2,
  ),
);
await daemon.stop();
await simulator.stop();
rmSync(folder, { recursive: true });
