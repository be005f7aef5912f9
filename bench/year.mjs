// A year of checks of 1,000 models every 60 s: what it takes on disk and how long it takes to read, each beside its limit.
// Usage: npm run build && node bench/year.mjs [file] [models]. The file (2.2 GB for 1,000) is made when it is not there; it and a copy of it need the space.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureDaemon } from './year-daemon.mjs';
import { writeYear } from './year-file.mjs';
import { minuteMs } from './year-plan.mjs';
import { bytesACheck, growth, readTimes, retentionOfADay } from './year-store.mjs';

const models = Number(process.argv[3] ?? 1000);
const path = process.argv[2] ?? join(tmpdir(), 'modelpulse-year', `year-${models}.db`);

if (!existsSync(path)) {
  const begun = performance.now();
  writeYear(path, models, Math.floor(Date.now() / minuteMs) * minuteMs, console.log);
  console.log(`${path} made in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

const lines = [];
/** `limit` is the highest value allowed, or with `least` the lowest. */
const line = (what, unit, measured, limit = null, least = false) => {
  const kept = limit === null || (least ? measured >= limit : measured <= limit);
  const shown = Number(measured.toPrecision(3)).toLocaleString('en-US');
  lines.push({ what, measured: `${shown} ${unit}`, limit: limit === null ? '' : `${limit} ${unit}`, kept });
};

const size = bytesACheck(path);
line('file', 'MB', statSync(path).size / 1e6);
line('a check on disk', 'bytes', size.bytes, 36);
const times = await readTimes(path);
line('90 days of uptime, one model', 'ms', times.one, 1);
line('the same with counts and latency', 'ms', times.counted, 1);
line(`90 days of uptime, ${models} models`, 'ms', times.all, 30);
line('24 h of results, one model', 'ms', times.raw, 10);
const pruning = await retentionOfADay(path);
line('deleting a day: longest batch', 'ms', pruning.longest, 50);
line('deleting a day: batches', '', pruning.batches);
line('deleting a day: all of it', 's', pruning.sum / 1_000);
const sizes = await growth(`${path}.growth`, 50, 5);
line('growth of a file from the third day to the fifth', 'MB', sizes[4] - sizes[2], 0.1);

const write = fileURLToPath(new URL('store-write.mjs', import.meta.url));
const written = execFileSync(process.execPath, [write, String(models), '100'], { encoding: 'utf8' });
line('results written', '/s', Number(/write: (\d+)/.exec(written)[1]), 20_000, true);

const daemon = await measureDaemon(path, models);
line('ready', 'ms', daemon.readyMs, 1_000);
line('memory', 'MB', daemon.memory, 150);
line('scrape', 'ms', daemon.alone);
line('delay of a scrape by an export', 'ms', daemon.during - daemon.alone, 50);
line('longest scrape during exports', 'ms', daemon.worst);
line('WAL beside a slow export', 'MB', daemon.wal / 1e6, 17);
line('slots missed', '', daemon.missed);
line('hold of the loop without requests', 'ms', daemon.quiet);
for (const [name, { ms, hold, bytes }] of Object.entries(daemon.found)) {
  line(`${name}: hold of the loop`, 'ms', hold, 50);
  line(`${name}: answer of ${(bytes / 1e6).toFixed(2)} MB`, 'ms', ms);
}
console.table(lines);
process.exitCode = lines.every(({ kept }) => kept) ? 0 : 1;
