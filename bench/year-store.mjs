// The file of a year, read and pruned through the store, without a daemon.
import { copyFileSync, constants, rmSync, statSync } from 'node:fs';
import { addResult, addSpan } from '../dist/domain/rollup.js';
import { Database } from '../dist/store/sqlite/file/sqlite.js';
import { durationsBetween } from '../dist/store/history.js';
import { openStore } from '../dist/store/sqlite/sqlite-store.js';
import { openStoreReader } from '../dist/store/sqlite/store-reader.js';
import { migrationsDir, retention } from './year-file.mjs';
import { dayMs, hourMs, minuteMs } from './year-plan.mjs';

const dropped = (path) => {
  for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
};

/** A copy that may be changed; `discard` removes it. */
export function copyOf(path) {
  const copy = `${path}.copy`;
  dropped(copy);
  copyFileSync(path, copy, constants.COPYFILE_FICLONE);
  return { path: copy, discard: () => dropped(copy) };
}

export function openAt(path, kept = retention) {
  return openStore({
    path,
    migrationsDir,
    retention: () => kept,
    onCorrupt: 'stop',
    clock: { wall: Date.now },
    log: console,
  });
}

/** ms each of `count` calls took, in ascending order. */
async function timed(count, call) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await call(n);
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b);
}
const median = (times) => times[times.length >> 1];

/** Bytes on disk of one check, its index and its share of free space in pages included. */
export function bytesACheck(path) {
  const file = new Database(path, { readonly: true });
  const bytes = file
    .prepare("SELECT sum(pgsize) FROM dbstat WHERE name IN ('checks', 'checks_not_healthy')")
    .pluck()
    .get();
  const checks = file.prepare('SELECT count(*) FROM checks').pluck().get();
  file.close();
  return { bytes: bytes / checks, checks };
}

/** ms of what is asked most. */
export async function readTimes(path) {
  const reader = openStoreReader(path, migrationsDir);
  const pasts = (await reader.models()).map(({ key, health }) => ({
    key,
    stored: health.health,
    exclusions: [],
  }));
  const end = pasts[0].stored.settled + minuteMs;
  const last = (days) => ({ from: end - days * dayMs, to: end });
  const uptime = (past) => durationsBetween(reader, past, last(90));
  const one = await timed(300, (n) => uptime(pasts[(n * 37) % pasts.length]));
  const counted = await timed(300, (n) => {
    const { key } = pasts[(n * 41) % pasts.length];
    return reader.counts(key, end - 90 * dayMs, end);
  });
  const all = await timed(10, async () => {
    for (const past of pasts) await uptime(past);
  });
  const raw = await timed(40, (n) => {
    const { key } = pasts[(n * 43) % pasts.length];
    return reader.results(key, { ...last(1), limit: 100_000 });
  });
  await reader.close();
  return { one: median(one), counted: median(counted), all: median(all), raw: median(raw) };
}

/** What it costs to delete what a day makes too old: batches, ms of the longest and of all. */
export async function retentionOfADay(path) {
  const copy = copyOf(path);
  const store = openAt(copy.path);
  const [{ watermark }] = await store.models();
  while (await store.prune(watermark));
  const times = [];
  for (let more = true; more;) {
    const begun = performance.now();
    more = await store.prune(watermark + dayMs);
    times.push(performance.now() - begun);
  }
  await store.close();
  copy.discard();
  return { batches: times.length, longest: Math.max(...times), sum: times.reduce((a, b) => a + b, 0) };
}

const life = {
  outcome: 'healthy',
  reason: 'ok',
  kind: 'scheduled',
  maintenance: false,
  httpStatus: 200,
  firstTokenMs: null,
  usage: { inputTokens: 14, outputTokens: 8 },
  keyIndex: 0,
};
const noChange = { rewriteFrom: null, points: [], incidents: [], gaps: [], maintenance: [], epochs: [] };

function writeOf(key, slot) {
  const durationMs = 300 + ((slot / 1000 + key * 7919) % 900);
  const result = { ...life, slot, startedAt: slot, durationMs, phases: {}, rateLimitRemaining: {} };
  const rollups = new Map();
  addResult(rollups, result);
  addSpan(rollups, { from: slot, to: slot + minuteMs, state: 'healthy', sign: 1 });
  return {
    ...noChange,
    key,
    results: [result],
    rollups,
    wholeHours: [],
    health: null,
    watermark: slot,
    totals: { results: [], inputTokens: 14, outputTokens: 8, versionChanges: 0 },
  };
}

/** MB of a file that keeps raw results for six hours, at the end of each of several days. */
export async function growth(path, models, days) {
  dropped(path);
  const store = openAt(path, {
    checksMs: 6 * hourMs,
    failuresMs: 6 * hourMs,
    hoursMs: dayMs,
    daysMs: 2 * dayMs,
  });
  const start = Date.UTC(2026, 2, 1);
  const keys = [];
  for (let n = 0; n < models; n += 1) keys.push((await store.register(`model-${n}`, start, null)).key);
  const sizes = [];
  for (let minute = 1; minute <= days * 1440; minute += 1) {
    const now = start + minute * minuteMs;
    await store.write({ models: keys.map((key) => writeOf(key, now)), missed: new Map() });
    if (minute % 60 === 0) while (await store.prune(now));
    if (minute % 1440 === 0) sizes.push(statSync(path).size / 1e6);
  }
  await store.close();
  dropped(path);
  return sizes;
}
