// The daemon with a full registry: `node bench/daemon.mjs [models] [every] [seconds]`, after `npm run build`.
// A local simulator answers; after the first wave are measured and printed missed slots, the delay from slot to start, memory and processor time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { delayWithin, modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';

const [models = '1000', every = '10s', seconds = '60'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
const simulator = await startSimulator();
const daemon = await startDaemon(folder, {
  storage: { path: join(folder, 'bench.db') },
  checker: { concurrency: 256, per_host: 256 },
  defaults: { schedule: { every }, timeout: '10s' },
  models: modelsOf(simulator.baseUrl, Number(models), (index) =>
    index % 100 === 99 ? 'flaky-20' : 'healthy',
  ),
});

// The first wave, and the compiler, are through by then.
await wait(Math.max(15_000, Number(models) * 6));
const before = await daemon.scrape();
await wait(2_000);
const cpuAtStart = daemon.cpuSeconds();
const from = performance.now();
await wait(Number(seconds) * 1000);
const share = (daemon.cpuSeconds() - cpuAtStart) / ((performance.now() - from) / 1000);
const resident = daemon.memoryMb('VmRSS');
const peak = daemon.memoryMb('VmHWM');
const scraped = performance.now();
const after = await daemon.scrape();
const scrapeMs = performance.now() - scraped;

console.log(
  JSON.stringify(
    {
      models: Number(models),
      every,
      seconds: Number(seconds),
      ready_ms: Math.round(daemon.readyMs),
      checks: after.checks - before.checks,
      missed: after.missed,
      delay_p99_at_most_seconds: delayWithin(before, after, 0.99),
      delay_worst_at_most_seconds: delayWithin(before, after, 1),
      memory_mb: resident,
      memory_peak_mb: peak,
      core_share: Number(share.toFixed(3)),
      scrape: { ms: Math.round(scrapeMs), mb: Number((after.bytes / 1e6).toFixed(1)) },
    },
    null,
    2,
  ),
);
await daemon.stop();
await simulator.stop();
rmSync(folder, { recursive: true });
