// Writes the database of a year: every row that the daemon would have written, in about the order in which it would have.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { newHealth } from '../dist/domain/health.js';
import { observe } from '../dist/domain/histogram.js';
import { reasonTable } from '../dist/domain/reason.js';
import { outcomeCodes, reasonCodes, stateCodes, blameCodes } from '../dist/store/codes.js';
import { openDatabase } from '../dist/store/sqlite/file/database.js';
import { limitsAt } from '../dist/store/horizons.js';
import { encodeLatency } from '../dist/store/latency-blob.js';
import { rollupValues, sumNames } from '../dist/store/rows/rollup-row.js';
import { upsertRollup } from '../dist/store/sqlite/rows/rollup-sql.js';
import { addRollup } from '../dist/store/tally.js';
import { emptyRollup } from '../dist/domain/rollup.js';
import { hourOf, makeSamples, resultAt, samples } from './year-hour.mjs';
import { dayMs, days, hourMs, minuteMs, touchedHours, yearOf } from './year-plan.mjs';

export const migrationsDir = new URL('../migrations', import.meta.url).pathname;
export const retention = {
  checksMs: 30 * dayMs,
  failuresMs: 90 * dayMs,
  hoursMs: 400 * dayMs,
  daysMs: 1825 * dayMs,
};

/** What the results have; the other columns are null. */
const checkColumns =
  'model, slot, outcome, reason, flags, delay, duration, http, input_tokens, output_tokens, key_index';

function prepare(database, samplesOfDays) {
  database.exec(`CREATE TEMP TABLE sample (day INTEGER, hour INTEGER, minute INTEGER, delay INTEGER, ms INTEGER,
      PRIMARY KEY (day, hour, minute)) WITHOUT ROWID;
    CREATE TEMP TABLE sample_hours (day INTEGER, hour INTEGER, latency BLOB, PRIMARY KEY (day, hour)) WITHOUT ROWID;
    CREATE TEMP TABLE sample_days (day INTEGER PRIMARY KEY, latency BLOB)`);
  const sample = database.prepare('INSERT INTO sample VALUES (?, ?, ?, ?, ?)');
  const sampleHour = database.prepare('INSERT INTO sample_hours VALUES (?, ?, ?)');
  const sampleDay = database.prepare('INSERT INTO sample_days VALUES (?, ?)');
  const histogramOf = (checks) => {
    const histogram = new Map();
    for (const { ms } of checks) observe(histogram, ms);
    return encodeLatency(histogram);
  };
  samplesOfDays.forEach((hours, day) => {
    sampleDay.run(day, histogramOf(hours.flat()));
    hours.forEach((checks, hour) => {
      sampleHour.run(day, hour, histogramOf(checks));
      checks.forEach(({ delay, ms }, minute) => sample.run(day, hour, minute, delay, ms));
    });
  });
  /** A span of so many checks that were all healthy. */
  const healthy = (table, checks, span) =>
    database.prepare(`INSERT INTO ${table} (model, span, ${[...sumNames, 'latency'].join(', ')})
      SELECT @model, ${span}, ${checks * minuteMs}, 0, 0, 0, 0,
      ${checks}, 0, 0, 0, 0, 0, 0, 0, 0, ${checks * 14}, ${checks * 8}, latency FROM sample_${table} WHERE day = @day`);
  return {
    checks:
      database.prepare(`INSERT INTO checks (${checkColumns}) SELECT @model, @from + minute * ${minuteMs}, 0, 0, 0, delay, ms,
      0, 14, 8, 0 FROM sample WHERE day = @day AND hour = @hour`),
    hours: healthy('hours', 60, '@span + hour'),
    days: healthy('days', 1440, '@span'),
    check: database.prepare(`INSERT INTO checks (${checkColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`),
    detail: database.prepare('INSERT INTO details VALUES (?, ?, ?, NULL, NULL, ?)'),
    hour: database.prepare(upsertRollup('hours')),
    noHour: database.prepare('DELETE FROM hours WHERE model = ? AND span = ?'),
    day: database.prepare(upsertRollup('days')),
    model: database.prepare(`INSERT INTO models (id, first_seen, watermark, last_success, input_tokens,
      output_tokens, health, latest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    point: database.prepare('INSERT INTO states VALUES (?, ?, ?, ?)'),
    incident:
      database.prepare(`INSERT INTO incidents (model, opened_at, closed_at, reason, blame, checks_failed,
      last_detail) VALUES (?, ?, ?, ?, ?, ?, 'no answer within the limit')`),
    window: database.prepare('INSERT INTO maintenance VALUES (?, ?, ?)'),
    gap: database.prepare('INSERT INTO gaps VALUES (?, ?)'),
    epoch: database.prepare('INSERT INTO epochs VALUES (?, ?, ?)'),
    total: database.prepare('INSERT INTO totals VALUES (?, ?, ?, ?)'),
  };
}

function writeResult(statements, model, { slot, startedAt, outcome, reason, maintenance, ...result }) {
  const { durationMs, httpStatus, usage } = result;
  const http = httpStatus === null ? null : httpStatus - 200;
  const codes = [outcomeCodes.toCode(outcome), reasonCodes.toCode(reason), maintenance ? 4 : 0];
  const tokens = [usage?.inputTokens ?? null, usage?.outputTokens ?? null];
  statements.check.run(model, slot, ...codes, startedAt - slot, durationMs, http, ...tokens);
  if (outcome === 'healthy') return;
  statements.detail.run(model, slot, 'no answer within the limit', '{"dns":1.2,"tcp":9.8,"tls":21.4}');
}

const sampleFor = (year, day) => Math.imul(year.number * 31 + day, 0x9e3779b1) >>> 0;

/** Rows of one UTC day of one model but its raw healthy ones. */
function writeRollups(statements, { year, touched, samplesOfDays, start, total }, day, from) {
  const model = year.number + 1;
  const number = sampleFor(year, day) % samples;
  const sample = samplesOfDays[number];
  const hours = sample.map((_, hour) => from + hour * hourMs);
  const [first, last] = [hours[0] === start, from + dayMs > year.settled];
  const special = hours.filter((hour) => touched.has(hour) || (first && hour === from) || last);
  const whole = !first && !last;
  if (!last) statements.hours.run({ model, day: number, span: from / hourMs });
  if (whole && special.length === 0) {
    statements.days.run({ model, day: number, span: from / dayMs });
    total.healthy += 1440;
    total.tokens += 1440;
    return;
  }
  const sum = emptyRollup();
  hours.forEach((hour, index) => {
    const { rollup } = hourOf(year, hour, sample[index], start);
    addRollup(sum, rollup);
    if (!special.includes(hour) || hour > year.settled) return;
    statements.noHour.run(model, hour / hourMs);
    statements.hour.run(...rollupValues([model, hour / hourMs], rollup));
  });
  statements.day.run(...rollupValues([model, from / dayMs], sum));
  for (const outcome of ['healthy', 'degraded', 'unhealthy']) total[outcome] += sum.outcomes[outcome];
  total.tokens += sum.inputTokens / 14;
}

/** Raw results of one hour: all of the last days, before them those that are not healthy. */
function writeRaw(statements, { year, touched, samplesOfDays, start }, day, at, raw) {
  const number = sampleFor(year, day) % samples;
  const hour = (at % dayMs) / hourMs;
  if (at > year.settled) return;
  const plain = raw && !touched.has(at) && at + hourMs <= year.settled;
  if (plain) statements.checks.run({ model: year.number + 1, from: at + year.phase, day: number, hour });
  else if (raw || touched.has(at)) {
    const { results } = hourOf(year, at, samplesOfDays[number][hour], start);
    for (const result of results) {
      if (raw || result.outcome !== 'healthy') writeResult(statements, year.number + 1, result);
    }
  }
}

function healthOf(year, start) {
  const { settled, events } = year;
  return {
    health: {
      ...newHealth(start),
      belief: 'up',
      lastSuccess: { outcome: 'healthy', reason: 'ok' },
      validUntil: settled + 2 * minuteMs + 10_000,
      settled,
      state: 'healthy',
      since: events.at(-1).to,
      reason: 'ok',
    },
    epochs: [epochFrom(start)],
    conclusive: 'ok',
    keys: null,
    paused: false,
  };
}

const epochFrom = (from) => ({
  from,
  schedule: { kind: 'every', everyMs: minuteMs },
  newRun: false,
  timeoutMs: 10_000,
  loadingGraceMs: 600_000,
  failures: 2,
  successes: 2,
  reducer: 1,
});

/** Everything of a model that does not come every hour. */
function writeModel(statements, { year, start, total }, limits) {
  const model = year.number + 1;
  const { settled, events, phase } = year;
  const latest = {
    ...resultAt(year, settled, { delay: 3, ms: 800 }),
    detail: null,
    phases: { dns: 1, tcp: 10 },
  };
  const rest = { response: 'New Delhi', responseModel: 'healthy', rateLimitRemaining: {}, keyIndex: 0 };
  const none = {
    firstTokenMs: null,
    systemFingerprint: null,
    retryAfterMs: null,
    certificateExpiresAt: null,
  };
  statements.model.run(
    `model-${year.number}`,
    start,
    settled,
    settled,
    total.tokens * 14,
    total.tokens * 8,
    JSON.stringify(healthOf(year, start)),
    JSON.stringify({ ...latest, ...rest, ...none }),
  );
  statements.epoch.run(model, start, JSON.stringify(epochFrom(start)));
  statements.point.run(model, start, stateCodes.toCode('unknown'), null);
  statements.point.run(model, start + phase, stateCodes.toCode('healthy'), reasonCodes.toCode('ok'));
  for (const { state, reason, from, to } of events) {
    const code = reason && reasonCodes.toCode(reason);
    statements.point.run(model, from, stateCodes.toCode(state), code);
    statements.point.run(model, to, stateCodes.toCode('healthy'), reasonCodes.toCode('ok'));
    if (state === 'maintenance') statements.window.run(model, from, to);
    if (state === 'unknown' && from >= limits.checks) statements.gap.run(model, from);
    if (state !== 'unhealthy') continue;
    const blame = blameCodes.toCode(reasonTable[reason].blame);
    statements.incident.run(model, from, to, code, blame, (to - from) / minuteMs);
  }
  for (const [outcome, reason] of [
    ['healthy', 'ok'],
    ['degraded', 'slow'],
    ['unhealthy', 'timeout'],
  ]) {
    statements.total.run(model, outcomeCodes.toCode(outcome), reasonCodes.toCode(reason), total[outcome]);
  }
}

/** Writes the file at `path`; `models` are checked every 60 s for a year that ends at `end` (Unix ms). */
export function writeYear(path, models, end, tell) {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(unfinished + suffix, { force: true });
  const database = openDatabase(unfinished, migrationsDir);
  for (const pragma of [
    'journal_mode = MEMORY',
    'synchronous = OFF',
    'foreign_keys = OFF',
    'cache_size = -1500000',
  ]) {
    database.pragma(pragma);
  }
  const samplesOfDays = makeSamples();
  const statements = prepare(database, samplesOfDays);
  const today = Math.floor(end / dayMs) * dayMs;
  const start = today - days * dayMs;
  const limits = limitsAt(end, retention);
  const lives = Array.from({ length: models }, (_, number) => {
    const year = yearOf(number, start, end);
    const total = { healthy: 0, degraded: 0, unhealthy: 0, tokens: 0 };
    return { year, touched: touchedHours(year), samplesOfDays, start, total };
  });
  for (let day = 0; day <= days; day += 1) {
    const from = start + day * dayMs;
    database.transaction(() => {
      for (let hour = Math.max(from, limits.failures); hour < from + dayMs; hour += hourMs) {
        for (const life of lives) writeRaw(statements, life, day, hour, hour >= limits.checks);
      }
      for (const life of lives) writeRollups(statements, life, day, from);
    })();
    if (day % 30 === 0) tell(`day ${day} of ${days}`);
  }
  database.transaction(() => {
    for (const life of lives) writeModel(statements, life, limits);
    const horizon = database.prepare('INSERT INTO horizons VALUES (?, ?)');
    for (const name of ['checks', 'swept']) horizon.run(name, limits.checks);
  })();
  database.pragma('journal_mode = WAL');
  database.close();
  renameSync(unfinished, path);
}
