import { pathToFileURL } from 'node:url';

const [, , compiled, path, migrationsDir] = process.argv;
const load = (file) => import(pathToFileURL(`${compiled}/${file}`).href);
const { openStore } = await load('store/sqlite/sqlite-store.js');
const { emptyRollup } = await load('domain/rollup.js');

const day = 86_400_000;
const stepMs = 60_000;
const states = ['healthy', 'unhealthy'];

let store;
try {
  store = openStore({
    path,
    migrationsDir,
    retention: () => ({ checksMs: 30 * day, failuresMs: 90 * day, hoursMs: 400 * day, daysMs: 1825 * day }),
    onCorrupt: 'stop',
    clock: { wall: Date.now },
    log: console,
  });
} catch (error) {
  console.log(`refused ${error.kind} ${error.message}`);
  process.exit(1);
}

const model = await store.register('gpt', Date.UTC(2026, 2, 1), null);
console.log('opened');
let slot = model.watermark ?? model.firstSeen;
for (let n = 0; ; n += 1) {
  const results = [];
  const points = [];
  const rollups = new Map();
  for (let i = 0; i < 20; i += 1) {
    const state = states[Math.floor(slot / stepMs) % 2];
    points.push({ from: slot, state, reason: null });
    const hour = Math.floor(slot / 3_600_000) * 3_600_000;
    const tally = rollups.get(hour) ?? emptyRollup();
    tally.durations[state] += stepMs;
    tally.outcomes[state] += 1;
    rollups.set(hour, tally);
    results.push({
      slot,
      kind: 'scheduled',
      maintenance: false,
      startedAt: slot,
      durationMs: 100,
      firstTokenMs: null,
      outcome: state,
      reason: state === 'healthy' ? 'ok' : 'timeout',
      detail: null,
      httpStatus: null,
      phases: {},
      usage: null,
      response: null,
      responseModel: null,
      retryAfterMs: null,
      rateLimitRemaining: {},
      certificateExpiresAt: null,
      keyIndex: null,
    });
    slot += stepMs;
  }
  const totals = { results: [], inputTokens: results.length, outputTokens: 0, versionChanges: 0 };
  const write = {
    key: model.key,
    results,
    rewriteFrom: null,
    points,
    rollups,
    wholeHours: [],
    incidents: [],
    gaps: [],
    maintenance: [],
    epochs: [],
    health: { settled: slot },
    watermark: slot,
    totals,
  };
  await store.write({ models: [write], missed: new Map() });
  console.log(`written ${slot}`);
  await new Promise((resolve) => setImmediate(resolve));
}
