/**
 * What the store in PostgreSQL writes: results a second in batches of 100 and 500 with both rollups, how long a batch takes until
 * it is durable, bytes a check with its index. Starts a server of its own (Debian's package `postgresql`).
 * Usage: npm run build && node bench/postgres-write.mjs [models] [rounds]
 */
import { openPostgresStore } from '../dist/store/postgres/postgres-store.js';
import { intervalMs, start, writeOf } from './healthy-result.mjs';
import { spread, startServer } from './postgres-server.mjs';

const models = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 200);
const day = 86_400_000;

const { url, psql, close } = await startServer();

async function measure(batchSize) {
  const schema = `batches_of_${batchSize}`;
  const store = await openPostgresStore({
    url: url(schema),
    migrationsDir: new URL('../migrations/postgres', import.meta.url).pathname,
    retention: () => ({ checksMs: 30 * day, failuresMs: 90 * day, hoursMs: 400 * day, daysMs: 1825 * day }),
    log: console,
  });
  let begun = performance.now();
  const keys = [];
  for (let n = 0; n < models; n += 1) keys.push((await store.register(`model-${n}`, start, null)).key);
  console.log(`register: ${models} models in ${(performance.now() - begun).toFixed(0)} ms`);
  const waits = [];
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    for (let from = 0; from < models; from += batchSize) {
      const batch = keys
        .slice(from, from + batchSize)
        .map((key) => writeOf(key, start + round * intervalMs + key * 53));
      const before = performance.now();
      await store.write({ models: batch, missed: new Map() });
      waits.push(performance.now() - before);
    }
  }
  const { user: own } = process.cpuUsage(cpu);
  const spent = waits.reduce((sum, wait) => sum + wait, 0);
  const rate = Math.round((models * rounds * 1000) / spent);
  console.log(
    `write: ${rate} results/s in batches of ${batchSize}, ${(own / models / rounds).toFixed(0)} µs of this process a result`,
  );
  console.log(`one batch until it is durable: ${spread(waits)}`);
  begun = performance.now();
  for (const key of keys)
    await store.durations([{ key, from: start + 1000, to: start + rounds * intervalMs }]);
  console.log(`durations: ${((performance.now() - begun) / models).toFixed(2)} ms a window`);
  await store.close();
  psql('CHECKPOINT');
  const bytes = (what, table, rows) =>
    Number(
      psql(`SELECT sum(${what}(c.oid)) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
      WHERE i.inhparent = '${schema}.${table}'::regclass`),
    ) / rows;
  const rows = Number(psql(`SELECT count(*) FROM ${schema}.check_result`));
  const [heap, index] = ['pg_relation_size', 'pg_indexes_size'].map((what) =>
    bytes(what, 'check_result', rows),
  );
  console.log(
    `bytes a check: ${(heap + index).toFixed(1)}, of that the index ${index.toFixed(1)}; ${rows} checks`,
  );
}

try {
  for (const batchSize of [100, 500]) await measure(batchSize);
} finally {
  await close();
}
