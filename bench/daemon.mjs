// The daemon under load: `node bench/daemon.mjs [models] [every] [seconds]`, after `npm run build`.
// A local simulator answers; after the first wave are measured and printed missed slots, the delay from slot to start, memory and processor time.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [models = '1000', every = '10s', seconds = '60'] = process.argv.slice(2);
const entry = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));

const simulator = spawn(process.execPath, [entry, 'simulate', '--listen', '127.0.0.1:0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [baseUrl] = await new Promise((resolve) => {
  createInterface({ input: simulator.stdout }).on('line', (line) => resolve(/http\S+/.exec(line)));
});

const config = join(folder, 'config.json');
writeFileSync(
  config,
  JSON.stringify({
    server: { listen: '127.0.0.1:0' },
    storage: { path: join(folder, 'bench.db') },
    checker: { concurrency: 256, per_host: 256 },
    defaults: { schedule: { every }, timeout: '10s' },
    models: Array.from({ length: Number(models) }, (_, index) => ({
      id: `model-${index}`,
      provider: 'openai_compatible',
      base_url: baseUrl,
      model: index % 100 === 99 ? 'flaky-20' : 'healthy',
      api_key: 'bench',
    })),
  }),
);
const started = performance.now();
const daemon = spawn(process.execPath, ['--max-semi-space-size=8', entry, 'run', '--config', config], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const { url } = await new Promise((resolve) => {
  createInterface({ input: daemon.stdout }).on('line', (line) => {
    const entry = JSON.parse(line);
    if (entry.msg === 'started') resolve(entry);
  });
});
const ready = performance.now() - started;

/** Processor seconds used so far; fields 14 and 15 of proc(5) stat, in ticks of 10 ms. */
const cpuSeconds = () => {
  const fields = readFileSync(`/proc/${daemon.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const memory = (name) =>
  Math.round(
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))[1]) /
      1024,
  );

/** All series of one name, by labels. */
const scrape = async () => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name) =>
    new Map(
      [...text.matchAll(new RegExp(`^modelpulse_${name}(\\{.*\\})? (\\S+)$`, 'gm'))].map((match) => [
        match[1],
        Number(match[2]),
      ]),
    );
  const sum = (name) => [...read(name).values()].reduce((total, value) => total + value, 0);
  return {
    bytes: text.length,
    checks: sum('checks_total'),
    missed: sum('scheduler_checks_missed_total'),
    delays: read('scheduler_delay_seconds_bucket'),
  };
};

// The first wave, and the compiler, are through by then.
await wait(Math.max(15_000, Number(models) * 6));
const before = await scrape();
await wait(2_000);
const cpuAtStart = cpuSeconds();
const from = performance.now();
await wait(Number(seconds) * 1000);
const share = (cpuSeconds() - cpuAtStart) / ((performance.now() - from) / 1000);
const resident = memory('VmRSS');
const peak = memory('VmHWM');
const scraped = performance.now();
const after = await scrape();
const scrapeMs = performance.now() - scraped;
const delays = [...after.delays].map(([labels, count]) => [
  /le="(.+)"/.exec(labels)[1],
  count - before.delays.get(labels),
]);
const within = (q) => delays.find(([, count]) => count >= q * delays.at(-1)[1])[0];

console.log(
  JSON.stringify(
    {
      models: Number(models),
      every,
      seconds: Number(seconds),
      ready_ms: Math.round(ready),
      checks: after.checks - before.checks,
      missed: after.missed,
      delay_p99_at_most_seconds: within(0.99),
      delay_worst_at_most_seconds: within(1),
      memory_mb: resident,
      memory_peak_mb: peak,
      core_share: Number(share.toFixed(3)),
      scrape: { ms: Math.round(scrapeMs), mb: Number((after.bytes / 1e6).toFixed(1)) },
    },
    null,
    2,
  ),
);
daemon.kill('SIGTERM');
await new Promise((resolve) => daemon.once('close', resolve));
simulator.kill('SIGTERM');
rmSync(folder, { recursive: true });
