/**
 * What the store writes through its thread: results a second in batches with both rollups, how long a batch takes, how much
 * of it keeps the event loop, bytes a check.
 * Usage: npm run build && node bench/store-write.mjs [models] [rounds]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../dist/store/sqlite/file/sqlite.js';
import { openThreadedStore } from '../dist/store/sqlite/thread/threaded-store.js';
import { intervalMs, start, writeOf } from './healthy-result.mjs';

const models = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 200);
const batchSize = 100;
const directory = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
const path = join(directory, 'store.db');
const day = 86_400_000;
const store = await openThreadedStore({
  thread: new URL('../dist/store/sqlite/thread/store-thread.js', import.meta.url),
  path,
  migrationsDir: new URL('../migrations', import.meta.url).pathname,
  onCorrupt: 'stop',
  clock: { wall: Date.now },
  retention: () => ({ checksMs: 30 * day, failuresMs: 90 * day, hoursMs: 400 * day, daysMs: 1825 * day }),
  log: console,
});

let begun = performance.now();
const keys = [];
for (let n = 0; n < models; n += 1) keys.push((await store.register(`model-${n}`, start, null)).key);
console.log(`register: ${models} models in ${(performance.now() - begun).toFixed(0)} ms`);

const holds = [];
const waits = [];
const cpu = process.cpuUsage();
for (let round = 0; round < rounds; round += 1) {
  for (let from = 0; from < models; from += batchSize) {
    const batch = keys
      .slice(from, from + batchSize)
      .map((key) => writeOf(key, start + round * intervalMs + key * 53));
    const before = performance.now();
    const written = store.write({ models: batch, missed: new Map() });
    holds.push(performance.now() - before);
    await written;
    waits.push(performance.now() - before);
  }
}
const { user, system } = process.cpuUsage(cpu);
const spent = waits.reduce((sum, wait) => sum + wait, 0);
const spread = (times) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
};
console.log(`write: ${Math.round((models * rounds * 1000) / spent)} results/s in batches of ${batchSize}`);
console.log(
  `cpu: ${(user / models / rounds).toFixed(1)} µs a result, ${(system / models / rounds).toFixed(1)} µs in the kernel`,
);
console.log(`one batch until it is durable: ${spread(waits)}`);
console.log(`of that it holds the event loop: ${spread(holds)}`);

begun = performance.now();
for (const key of keys) await store.durations([{ key, from: start + 1000, to: start + rounds * intervalMs }]);
console.log(`durations: ${((performance.now() - begun) / models).toFixed(3)} ms a window`);

const file = new Database(path, { readonly: true });
const perRow = (table) => {
  const bytes = file.prepare('SELECT sum(pgsize) FROM dbstat WHERE name = ?').pluck().get(table);
  const rows = file.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  return `${table} ${(bytes / rows).toFixed(1)}`;
};
console.log(`bytes a row on disk: ${['checks', 'hours', 'days'].map(perRow).join(', ')}`);
file.close();

const end = start + 31 * day;
const pauses = [];
for (let more = true; more;) {
  const before = performance.now();
  more = await store.prune(end);
  pauses.push(performance.now() - before);
}
pauses.sort((a, b) => a - b);
const p99 = pauses[Math.floor(0.99 * pauses.length)];
const size = await store.sizeBytes();
console.log(
  `prune: ${pauses.length} batches, p99 ${p99.toFixed(2)} ms, longest ${pauses.at(-1).toFixed(2)} ms, ${size} bytes left`,
);
console.log(`memory: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);
await store.close();
rmSync(directory, { recursive: true });
