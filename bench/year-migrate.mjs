// What the daemon of today takes to open a year of 1,000 models of the release before speeds and costs, and how long reads beside it wait.
// Usage: npm run build && node bench/year-migrate.mjs FILE, a file that bench/year.mjs has made; the older file needs as much space beside it.
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { listMigrations } from '../dist/store/migration-files.js';
import { openDatabase } from '../dist/store/sqlite/file/database.js';
import { Database } from '../dist/store/sqlite/file/sqlite.js';
import { startDaemon } from './running-daemon.mjs';
import { migrationsDir } from './year-file.mjs';

/** The newest migration of the older file. */
const before = 8;
const tables = 'models checks details states incidents epochs gaps hours days totals horizons'.split(' ');
const path = process.argv[2];
const folder = mkdtempSync(join(dirname(path), 'modelpulse-migrate-'));
const older = join(folder, 'older.db');

function makeOlder() {
  const migrations = join(folder, 'migrations');
  cpSync(migrationsDir, migrations, { recursive: true });
  for (const { file, version } of listMigrations(migrations))
    if (version > before) rmSync(join(migrations, file));
  const database = openDatabase(older, migrations);
  for (const pragma of [
    'journal_mode = OFF',
    'synchronous = OFF',
    'foreign_keys = OFF',
    'cache_size = -500000',
  ])
    database.pragma(pragma);
  database.exec(`ATTACH '${path}' AS newer`);
  for (const table of tables) {
    const columns = database
      .pragma(`table_info(${table})`)
      .map(({ name }) => name)
      .join(', ');
    database.exec(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM newer.${table} ORDER BY 1, 2`);
  }
  database.exec('DETACH newer');
  database.pragma('journal_mode = WAL');
  database.close();
}

/** Sums over what migrations must leave as it is. */
function figures() {
  const database = new Database(older, { readonly: true });
  const sums = ['hours', 'days'].map((table) =>
    database.prepare(`SELECT count(*), total(healthy_ms), total(input_tokens) FROM ${table}`).raw().get(),
  );
  const checks = database.prepare('SELECT count(*), total(duration), total(outcome) FROM checks').raw().get();
  database.close();
  return JSON.stringify([...sums, checks]);
}

/** Reads every 10 ms on a thread of its own; tells the longest in ms. */
const reader = `
const { workerData, parentPort } = require('node:worker_threads');
import(workerData.sqlite).then(({ Database }) => {
  const database = new Database(workerData.path, { readonly: true, timeout: 60_000 });
  let read = 0;
  let longest = 0;
  const query = database.prepare('SELECT * FROM hours WHERE model = ? ORDER BY span DESC LIMIT 24');
  const timer = setInterval(() => {
    const begun = performance.now();
    query.all((read % 1000) + 1);
    longest = Math.max(longest, performance.now() - begun);
    read += 1;
  }, 10);
  parentPort.once('message', () => {
    clearInterval(timer);
    database.close();
    parentPort.postMessage({ read, longest });
  });
  parentPort.postMessage(null);
});`;
const heard = (worker) => new Promise((resolve) => worker.once('message', resolve));

makeOlder();
const expected = figures();
const worker = new Worker(reader, {
  eval: true,
  workerData: { path: older, sqlite: new URL('../dist/store/sqlite/file/sqlite.js', import.meta.url).href },
});
await heard(worker);
const daemon = await startDaemon(folder, { storage: { path: older }, models: [] });
worker.postMessage(null);
const { read, longest } = await heard(worker);
const wal = statSync(`${older}-wal`).size;
await daemon.stop();
const seconds = (daemon.readyMs / 1_000).toFixed(1);
console.log(
  `${(statSync(older).size / 1e6).toFixed()} MB opened in ${seconds} s, WAL ${(wal / 1e6).toFixed(1)} MB`,
);
console.log(`${read} reads beside it, the longest ${longest.toFixed(1)} ms`);
console.log(figures() === expected ? 'figures are the same' : 'figures have CHANGED');
rmSync(folder, { recursive: true });
