// A long run: `node bench/soak.mjs [minutes] [models] [every]`, after `npm run build`; 60 minutes unless told.
// Models fail in random ways, the registry is shuffled and reloaded every minute, and somebody reads. Printed are a line a minute and, at the
// end, whether memory and open files stayed flat and every slot was served; it ends with 1 where they did not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { delayWithin, modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';

const [minutes = '60', models = '300', every = '10s'] = process.argv.slice(2);
const behaviours = [
  ...Array.from({ length: 12 }, () => 'healthy'),
  ...[
    'flaky-20',
    'flaky-80',
    'slow-400ms',
    'down-1m-every-5m',
    'rate-limited',
    'quota',
    'bad-key',
    'overloaded',
  ],
  ...[
    'empty',
    'error-in-200',
    'html',
    'malformed',
    'hang',
    'hang-body',
    'short-body',
    'reset',
    'garbage',
    'huge',
    'gzip-bomb',
  ],
];
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-soak-'));
const simulator = await startSimulator();
const shuffled = () => ({
  storage: { path: join(folder, 'soak.db'), retention: { checks: '1h' } },
  checker: { concurrency: 256, per_host: 256 },
  // A check and the recheck of its failure end before the next slot, also those of a first check, 2 s before it.
  defaults: { schedule: { every }, timeout: '700ms', confirm: { recheck_after: '200ms' } },
  models: modelsOf(
    simulator.baseUrl,
    // Some leave and come back.
    Number(models) - Math.floor(Math.random() * 10),
    () => behaviours[Math.floor(Math.random() * behaviours.length)],
  ),
});
const daemon = await startDaemon(folder, shuffled());
const started = await daemon.scrape();
const samples = [];
for (let minute = 1; minute <= Number(minutes); minute += 1) {
  daemon.configure(shuffled());
  for (let second = 0; second < 60; second += 1) {
    await wait(1_000);
    if (second % 15 === 0) await daemon.scrape();
    await fetch(`${daemon.url}/api/v1/models/model-${second}/uptime?window=30d`).then((answer) =>
      answer.text(),
    );
  }
  const now = await daemon.scrape();
  const sample = {
    minute,
    memory_mb: daemon.memoryMb('VmRSS'),
    open_files: daemon.openFiles(),
    missed: now.missed,
    checks: now.sum('scheduler_delay_seconds_count'),
    reload: now.sum('config_last_reload_successful'),
    delay_p99_at_most_seconds: delayWithin(started, now, 0.99),
  };
  samples.push(sample);
  console.log(JSON.stringify(sample));
}
await daemon.stop();
await simulator.stop();
rmSync(folder, { recursive: true });

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
/** How much the last third of the run lies above the second. */
const growth = (name) => {
  const third = Math.floor(samples.length / 3);
  const part = (from, to) => median(samples.slice(from, to).map((sample) => sample[name]));
  return part(2 * third, samples.length) / part(third, 2 * third) - 1;
};
const verdict = {
  memory_growth: Number(growth('memory_mb').toFixed(3)),
  open_files_growth: Number(growth('open_files').toFixed(3)),
  missed: samples.at(-1).missed,
};
const flat = verdict.memory_growth <= 0.05 && verdict.open_files_growth <= 0.2 && verdict.missed === 0;
console.log(JSON.stringify({ ...verdict, flat }));
process.exitCode = flat ? 0 : 1;
