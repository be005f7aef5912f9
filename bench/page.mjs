// The overview beside running checks: `node bench/page.mjs [models] [every] [requests]`, after `npm run build`.
// Printed are the server's time for a page and its size, the longest hold of the event loop, and the memory that pages cost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';

const [models = '1000', every = '10s', requests = '100'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
const simulator = await startSimulator();
const daemon = await startDaemon(folder, {
  storage: { path: join(folder, 'bench.db') },
  checker: { concurrency: 256, per_host: 256 },
  defaults: { schedule: { every }, timeout: '10s' },
  models: modelsOf(simulator.baseUrl, Number(models), (index) =>
    index % 20 === 19 ? 'flaky-20' : 'healthy',
  ).map((model, index) => ({ ...model, labels: { team: `team-${index % 8}` } })),
});

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Number(value.toFixed(1));

/** ms of the longest hold of the loop since the last time this was asked. */
async function longestHold() {
  const text = await (await fetch(`${daemon.url}/metrics`)).text();
  return Number(/^\S*nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)[1]) * 1_000;
}

/** Asks for a page again and again, one at a time. */
async function measure(path) {
  const first = performance.now();
  await (await fetch(daemon.url + path)).text();
  const firstMs = performance.now() - first;
  await longestHold();
  const times = [];
  const holds = [];
  let html = '';
  for (let n = 0; n < Number(requests); n += 1) {
    const from = performance.now();
    html = await (await fetch(daemon.url + path, { headers: { 'accept-encoding': 'identity' } })).text();
    times.push(performance.now() - from);
    if (n % 10 === 9) holds.push(await longestHold());
  }
  return {
    first_ms: round(firstMs),
    median_ms: round(median(times)),
    slowest_ms: round(Math.max(...times)),
    kb: round(html.length / 1e3),
    gzip_kb: round(gzipSync(html).length / 1e3),
    hold_ms: round(median(holds)),
  };
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
for (const path of ['/', '/?limit=1000', '/?state=unhealthy', '/models/model-19', '/incidents']) {
  const response = await fetch(daemon.url + path);
  await response.text();
  if (response.ok) found[path] = await measure(path);
}
const after = daemon.memoryMb('VmRSS');
const share = (daemon.cpuSeconds() - cpu) / ((performance.now() - from) / 1_000);
const { missed } = await daemon.scrape();
console.log(
  JSON.stringify(
    {
      models: Number(models),
      every,
      missed,
      hold_without_pages_ms: quiet,
      pages: found,
      memory_mb: { before, after },
      core_share: round(share),
    },
    null,
    2,
  ),
);
await daemon.stop();
await simulator.stop();
rmSync(folder, { recursive: true });
