import { pino } from 'pino';
import { createRecording } from '../app/recording.js';
import { createCalendar } from '../calendar/calendar.js';
import { monotonicMs } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import { reasonTable, type Reason } from '../domain/reason.js';
import { hashFraction } from '../domain/schedule.js';
import { createMonitorMetrics } from '../metrics/monitor.js';
import { batchResults } from '../store/port.js';
import { openStore } from '../store/sqlite/sqlite-store.js';
import { trouble, type Trouble } from './invented-trouble.js';

/** Days of the past that are invented, today included. */
export const inventedDays = 90;
/** Distances of the invented checks: a state needs no more, and the last days have charts of their own. */
const coarse = { forMs: Infinity, everyMs: 2 * hourMs };
const fine = { forMs: 2 * dayMs, everyMs: 10 * minuteMs };
/** The last ones before a daemon goes on, which would else seem to have been away. */
const newest = { forMs: fine.everyMs, everyMs: 20_000 };
/** The monitor itself was away once, so that there is time that nobody watched. */
const away = { fromDaysAgo: 61.3, forMs: 9 * hourMs };
const author = 'modelpulse demo';

/** A past of 90 days for the models of the demo. */
export interface InventedPast {
  readonly path: string;
  readonly migrationsDir: string;
  readonly models: readonly Model[];
  /** Unix ms at which it ends. */
  readonly now: number;
  /** True where a daemon goes on from there. */
  readonly goesOn?: boolean;
}

/** The slots of a model: every two hours, then every ten minutes, and three at the beginning and end of each trouble. */
function slotsOf(
  id: string,
  troubles: readonly Trouble[],
  { from, now, goesOn }: { readonly from: number; readonly now: number; readonly goesOn: boolean },
): number[] {
  const slots = new Set<number>();
  const phase = Math.floor(hashFraction(id) * fine.everyMs);
  const add = (begin: number, end: number, everyMs: number): void => {
    for (let slot = begin + (phase % everyMs); slot < end; slot += everyMs) slots.add(slot);
  };
  add(from, now - fine.forMs, coarse.everyMs);
  add(Math.max(from, now - fine.forMs), now, fine.everyMs);
  if (goesOn) add(Math.max(from, now - newest.forMs), now, newest.everyMs);
  for (const { from: begin, to } of troubles)
    for (const edge of [begin, to])
      for (let n = 0; n < 3; n += 1)
        if (edge + n * minuteMs < now) slots.add(Math.floor(edge) + n * minuteMs);
  return [...slots].filter((slot) => slot >= from).sort((a, b) => a - b);
}

/** A healthy duration in ms: each model has its own, slower by day, with some scatter. */
function durationOf(id: string, slot: number): number {
  const usual = 250 + 1_400 * hashFraction(id);
  const byDay = 1 + 0.15 * Math.sin((slot / dayMs) * 2 * Math.PI);
  return Math.round(usual * byDay * (0.9 + 0.4 * hashFraction(`${id} ${slot}`) ** 2));
}

const statusOf: Readonly<Partial<Record<Reason, number>>> = {
  auth_failed: 401,
  quota_exhausted: 429,
  rate_limited: 429,
  model_not_found: 404,
  server_error: 500,
  gateway_error: 502,
  overloaded: 503,
  model_loading: 503,
};

function resultAt(id: string, slot: number, found: Trouble | undefined) {
  const reason = found?.reason ?? 'ok';
  const { outcome } = reasonTable[reason];
  const took = durationOf(id, slot) * (reason === 'slow' ? 6 : 1);
  return {
    startedAt: slot,
    durationMs: reason === 'secret_missing' ? null : took,
    firstTokenMs: null,
    outcome,
    reason,
    detail: found?.detail ?? null,
    httpStatus: reason === 'secret_missing' ? null : (statusOf[reason] ?? 200),
    phases: {},
    usage: outcome === 'healthy' ? { inputTokens: 14, outputTokens: 8 } : null,
    response: null,
    responseModel: null,
    systemFingerprint: null,
    retryAfterMs: null,
    rateLimitRemaining: {},
    certificateExpiresAt: null,
    keyIndex: null,
  };
}

/**
 * Records an invented past with the daemon's own recorder, so that states, incidents and sums are what it would have written.
 * Notes of the incidents say that they are invented. Does nothing where the database has history; false then.
 */
export async function inventPast(past: InventedPast): Promise<boolean> {
  const { path, migrationsDir, models, now, goesOn = false } = past;
  const log = pino({ level: 'silent' });
  const clock = { time: now, wall: () => clock.time, monotonic: () => monotonicMs(performance.now()) };
  const day = { checksMs: 90 * dayMs, failuresMs: 90 * dayMs, hoursMs: 400 * dayMs, daysMs: 1825 * dayMs };
  const store = openStore({ path, migrationsDir, retention: () => day, onCorrupt: 'stop', clock, log });
  try {
    if ((await store.models()).length > 0) return false;
    const recording = createRecording({
      store,
      calendar: createCalendar(),
      clock,
      log,
      metrics: createMonitorMetrics({ version: 'demo', missed: new Map() }),
      stateChanged: () => undefined,
      publish: () => undefined,
    });
    const { roster, recorder, writer } = recording;
    const from = Math.floor(now / dayMs) * dayMs - (inventedDays - 1) * dayMs;
    const every = (everyMs: number) => ({ kind: 'every', everyMs }) as const;
    clock.time = from;
    await roster.replace(
      models.map((model) => ({ ...model, schedule: every(coarse.everyMs) })),
      from,
    );

    const troubles = new Map(models.map(({ id }) => [id, trouble(id, now)]));
    const gap = { from: now - away.fromDaysAgo * dayMs, to: now - away.fromDaysAgo * dayMs + away.forMs };
    const all = models
      .flatMap(({ id }) =>
        slotsOf(id, troubles.get(id) ?? [], { from, now, goesOn }).map((slot) => ({ id, slot })),
      )
      .filter(({ slot }) => slot < gap.from || slot >= gap.to)
      .sort((a, b) => a.slot - b.slot);
    let isFine = false;
    let wasAway = false;
    let waiting: Promise<unknown>[] = [];
    for (const { id, slot } of all) {
      clock.time = slot;
      if (!wasAway && slot >= gap.to) {
        wasAway = true;
        for (const tracked of roster.all())
          recorder.miss(
            tracked,
            { lastSlot: Math.floor(gap.to) - 1, unwatched: Math.floor(gap.from) },
            'down',
            5,
          );
      }
      if (!isFine && slot >= now - fine.forMs) {
        isFine = true;
        await writer.flush();
        await roster.replace(
          models.map((model) => ({ ...model, schedule: every(fine.everyMs) })),
          slot,
        );
      }
      const tracked = roster.get(id);
      if (tracked === undefined || slot <= tracked.memory.health.settled) continue;
      const found = troubles.get(id)?.find((each) => each.from <= slot && slot < each.to);
      waiting.push(recorder.record(tracked, resultAt(id, slot, found), slot, 'scheduled'));
      if (waiting.length < batchResults) continue;
      await writer.flush();
      await Promise.all(waiting);
      waiting = [];
    }
    await writer.drain();
    for (const incident of await store.incidents({ limit: 1_000 }))
      await store.addNote(incident.id, {
        at: incident.openedAt,
        author,
        text: 'This incident is invented: the demo needs a past to show.',
      });
    return true;
  } finally {
    await store.close();
  }
}
