/**
 * What the leases of an instance that owns all 256 shards cost: how long a renewal takes until it is durable, with and without the
 * look at the shares, what it writes to the log, and the size that the table comes to. Starts a server of its own (Debian's package `postgresql`).
 * Usage: npm run build && node bench/postgres-leases.mjs [renewals]
 */
import { connect } from '../dist/store/postgres/database.js';
import { prepareLeaseTable } from '../dist/store/postgres/fleet/lease-table.js';
import { openPostgresFleet } from '../dist/store/postgres/fleet/postgres-fleet.js';
import { openPostgresStore } from '../dist/store/postgres/postgres-store.js';
import { spread, startServer } from './postgres-server.mjs';

const renewals = Number(process.argv[2] ?? 500);
const { url, psql, close } = await startServer();

async function measure(what, work) {
  const waits = [];
  const wal = psql('SELECT pg_current_wal_lsn()');
  const cpu = process.cpuUsage();
  for (let n = 0; n < renewals; n += 1) {
    const before = performance.now();
    await work();
    waits.push(performance.now() - before);
  }
  const { user, system } = process.cpuUsage(cpu);
  const bytes = Number(psql(`SELECT pg_current_wal_lsn() - '${wal}'`)) / renewals;
  const own = (user + system) / renewals / 1000;
  console.log(
    `${what}: ${spread(waits)}; ${(bytes / 1024).toFixed(1)} KiB of log; ${own.toFixed(2)} ms of this process`,
  );
}

try {
  const options = { url: url('leases'), log: console };
  const store = await openPostgresStore({
    ...options,
    migrationsDir: new URL('../migrations/postgres', import.meta.url).pathname,
    retention: () => ({ checksMs: 0, failuresMs: 0, hoursMs: 0, daysMs: 0 }),
  });
  await store.close();
  const fleet = await openPostgresFleet({ ...options, gained: () => undefined, lost: () => undefined });
  await fleet.start();
  const database = await connect(options);
  const table = prepareLeaseTable(database, fleet.id);
  const nothing = { address: null, configDigest: null, generation: null };
  await measure('renewal', () => table.renew(nothing));
  await measure('renewal and look at the shares', () => fleet.renew());
  console.log(`table and index: ${psql("SELECT pg_total_relation_size('leases.shard') / 1024")} KiB`);
  await database.close();
  await fleet.stop();
} finally {
  await close();
}
