// The daemon under readers: `node bench/load.mjs [models] [every] [seconds]`, after `npm run build`.
// 20 scrapes and 200 API reads a second, and 400 connections that say nothing, beside the checks; printed are the delay from slot to
// start, missed slots, the times of the answers, memory and processor time.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { delayWithin, modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';

const [models = '1000', every = '60s', seconds = '30'] = process.argv.slice(2);
const count = Number(models);
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-load-'));
const simulator = await startSimulator();
const daemon = await startDaemon(folder, {
  storage: { path: join(folder, 'load.db') },
  checker: { concurrency: 256, per_host: 256 },
  defaults: { schedule: { every }, timeout: '10s' },
  models: modelsOf(simulator.baseUrl, count, (index) => (index % 100 === 99 ? 'flaky-20' : 'healthy')),
});
await wait(Math.max(20_000, count * 6));

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const times = { scrape: [], read: [] };
let failed = 0;
/** Reads an answer to its end; `into` gets the ms. */
const ask = (path, into) => {
  const started = performance.now();
  request(daemon.url + path, { agent, headers: { 'accept-encoding': 'identity' } }, (response) => {
    response.on('end', () => {
      if (response.statusCode !== 200) failed += 1;
      into.push(performance.now() - started);
    });
    response.resume();
  })
    .on('error', () => (failed += 1))
    .end();
};
const reads = ['', '/uptime?window=7d', '/timeline', '/checks?limit=20', '/uptime?window=90d'];
const read = (n) => ask(`/api/v1/models/model-${n % count}${reads[n % reads.length]}`, times.read);

const { hostname, port } = new URL(daemon.url);
const idle = Array.from({ length: 400 }, () => connect(Number(port), hostname).on('error', () => undefined));
await wait(1_000);
const before = await daemon.scrape();
const cpuAtStart = daemon.cpuSeconds();
const from = performance.now();
let [scrapes, asked] = [0, 0];
while (performance.now() - from < Number(seconds) * 1000) {
  const elapsed = (performance.now() - from) / 1000;
  for (; scrapes < elapsed * 20; scrapes += 1) ask('/metrics', times.scrape);
  for (; asked < elapsed * 200; asked += 1) read(asked);
  await wait(5);
}
const stillOpen = idle.filter((socket) => !socket.destroyed).length;
const share = (daemon.cpuSeconds() - cpuAtStart) / ((performance.now() - from) / 1000);
await wait(2_000);
const after = await daemon.scrape();
for (const socket of idle) socket.destroy();

const quantile = (list, q) => Math.round(list.sort((a, b) => a - b)[Math.floor(list.length * q)] ?? -1);
console.log(
  JSON.stringify(
    {
      models: count,
      every,
      checks: after.checks - before.checks,
      missed: after.missed,
      delay_p99_at_most_seconds: delayWithin(before, after, 0.99),
      delay_worst_at_most_seconds: delayWithin(before, after, 1),
      scrapes: {
        count: times.scrape.length,
        p50_ms: quantile(times.scrape, 0.5),
        p99_ms: quantile(times.scrape, 0.99),
      },
      reads: {
        count: times.read.length,
        p50_ms: quantile(times.read, 0.5),
        p99_ms: quantile(times.read, 0.99),
      },
      failed,
      idle_connections: stillOpen,
      memory_mb: daemon.memoryMb('VmRSS'),
      core_share: Number(share.toFixed(3)),
    },
    null,
    2,
  ),
);
agent.destroy();
await daemon.stop();
await simulator.stop();
rmSync(folder, { recursive: true });
