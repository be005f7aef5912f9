import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { createAcknowledging } from '../../src/app/acknowledging.js';
import { createAnnotations } from '../../src/app/operator.js';
import { createBackend } from '../../src/app/backend.js';
import { createRecording, type Recording } from '../../src/app/recording.js';
import { adjusted } from '../../src/app/adjustments.js';
import { createAttempt, type Attempt } from '../../src/app/attempt.js';
import { createTokenBudget } from '../../src/app/token-budget.js';
import { createRunner } from '../../src/app/runner.js';
import { createFindStalled, overlapOf, type Stall, type Stalls } from '../../src/app/stalls.js';
import { createUptimeRefresh } from '../../src/app/uptime-refresh.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import type { Check } from '../../src/domain/check.js';
import type { Clock } from '../../src/domain/clock.js';
import type { ModelEvent } from '../../src/domain/event.js';
import type { Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import { createEventFeed } from '../../src/http/event-feed.js';
import { answerLong } from '../../src/http/long-read.js';
import type { Backend } from '../../src/http/port.js';
import { usualSeries } from '../../src/metrics/shown-series.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { createScheduler } from '../../src/scheduler/scheduler.js';
import { openHistoryReader } from '../../src/store/sqlite/history-reader.js';
import type { OpenedStore } from '../../src/store/sqlite/sqlite-store.js';
import { createVirtualTime, type VirtualTime } from '../scheduler/virtual-time.js';
import { migrationsDir } from '../store/samples.js';
import type { Move } from './moves.js';
import { monotonicMs } from '../../src/domain/clock.js';

/** What a check is made of: where time comes from, and a pause that time ends. */
export interface Surroundings {
  readonly clock: Clock;
  /** Resolves after so many ms of the life, or when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The parts of a daemon, wired as it wires them, in a time of their own. */
export interface Life extends Recording {
  readonly backend: Backend;
  readonly now: () => number;
  /** Everything that was told, in order. */
  readonly told: readonly ModelEvent[];
  /** What the checks of each model found, as long as nothing aborted them. */
  readonly found: ReadonlyMap<string, readonly CheckResult[]>;
  /** Lines of the log that say that something failed. */
  readonly errors: readonly string[];
  go(move: Move): Promise<void>;
  /** No more checks; everything is written. */
  end(): Promise<void>;
}

export async function beginLife(parts: {
  readonly store: OpenedStore;
  readonly path: string;
  readonly models: readonly Model[];
  readonly start: number;
  readonly checkIn: (surroundings: Surroundings) => Check;
}): Promise<Life> {
  const { store, path, models } = parts;
  const told: ModelEvent[] = [];
  const found = new Map<string, CheckResult[]>(models.map(({ id }) => [id, []]));
  const errors: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  let running = 0;
  let sleeping = 0;

  /** Until every check that does not sleep has ended, and what it found is written. */
  const rest = async (): Promise<void> => {
    do {
      await setImmediate();
      await recording.writer.flush();
      await setImmediate();
    } while (running > sleeping);
  };
  const time: VirtualTime = createVirtualTime(parts.start, rest);
  const { clock, timers } = time;
  const sleep: Surroundings['sleep'] = (ms, signal) =>
    new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        signal.removeEventListener('abort', wake);
        sleeping -= 1;
        resolve();
      };
      sleeping += 1;
      const cancel = timers.set(wake, ms);
      signal.addEventListener('abort', wake);
    });
  const blocks: Stall[] = [];
  /** Stands for the watch of the loop, whose timers would be real ones: what blocks the loop here is known. */
  const stalls: Stalls = {
    within: (from, to) => overlapOf(blocks, from, to),
    stop: () => undefined,
  };

  const calendar = createCalendar();
  const metrics = createMonitorMetrics({ version: '0', missed: await store.missed() });
  const events = createEventFeed({ run: 'life', size: 1_024 });
  const refresh = createUptimeRefresh(store, clock);
  const recording = createRecording({
    store,
    calendar,
    clock,
    log,
    metrics,
    stateChanged: (tracked) => refresh.soon(tracked),
    publish(event) {
      told.push(event);
      events.publish(event);
    },
  });
  const { roster, recorder, writer, windows, publisher } = recording;
  const check = parts.checkIn({ clock, sleep });
  const asked = new WeakSet<CheckResult>();
  const attemptOnce = createAttempt({
    async ask(model, signal, key) {
      const result = await check(model, signal, key);
      asked.add(result);
      return result;
    },
    findStalled: createFindStalled({
      stalls,
      counted: () => metrics.checkStalled(),
      followed: (id) => roster.get(id),
    }),
    connectivity: {
      isBlindTo: () => Promise.resolve(false),
      watching: (_model, asking) => asking,
    },
    clock,
    budget: createTokenBudget({ clock, log }),
  });
  const attempt: Attempt = async (tracked, overRate, signal, deviation) => {
    const attempted = await attemptOnce(tracked, overRate, signal, deviation);
    if (!signal.aborted && asked.has(attempted.found))
      found.get(tracked.view.model.id)?.push(adjusted(attempted.found, attempted.circumstances));
    return attempted;
  };
  const run = createRunner({
    attempt,
    clock,
    recorder,
    tracked: roster.get,
    recheck: (id, at) => scheduler.recheck(id, at),
    log,
  });
  const scheduler = createScheduler({
    calendar,
    clock,
    timers,
    concurrency: 64,
    perHost: 16,
    events: {
      async run(job, signal, hasResult) {
        running += 1;
        metrics.observeDelay(job.delayMs);
        await run(job, signal, hasResult).finally(() => (running -= 1));
      },
      missed({ id, cause, firstSlot, lastSlot, count }) {
        const tracked = roster.get(id);
        const unwatched = cause === 'stopped' || cause === 'loop_blocked' ? firstSlot : null;
        if (tracked !== undefined) recorder.miss(tracked, { lastSlot, unwatched }, cause, count);
      },
    },
  });
  const { added } = await roster.replace(models, clock.wall(), scheduler.nextDue);
  windows.replace([], clock.wall(), added);
  scheduler.update(roster.plans());
  const reader = openHistoryReader(path, migrationsDir);
  const backend = createBackend({
    store,
    clock,
    roster,
    scheduler,
    metrics,
    writer,
    reloader: {
      reload: () => Promise.resolve({ problems: [], warnings: [], unapplied: false }),
      watched: [],
      failing: false,
      inForceSince: 0,
      refused: [],
    },
    storeFailure: () => null,
    inForce: { config: { warnings: [], settings: { metrics: usualSeries } } as never },
    events,
    health: {
      terms: () => ({ enabled: false, apiKeys: [], ratePerMin: 1 }),
      ask: () => Promise.reject(new Error('nothing is asked')),
      askSaved: () => Promise.resolve(null),
    },
    notifications: {
      list: () => Promise.resolve([]),
      kindOf: () => null,
      replay: () => Promise.resolve(null),
    },
    notificationGauges: () => null,
    live: () => true,
    pauses: { pause: () => Promise.resolve(false), resume: () => Promise.resolve(false) },
    acknowledgements: createAcknowledging({ store, clock, roster, log }).operations,
    annotations: createAnnotations({ store, clock, roster, excluded: () => Promise.resolve() }),
    async readLong(question) {
      if (question.kind === 'report') throw new Error('no report is read');
      const { text, before } = await answerLong(reader, question);
      return { text: new TextEncoder().encode(text), before };
    },
    probe: () => Promise.resolve(null),
    connectivityUp: () => null,
    logDropped: () => 0,
    storeFilesLost: () => 0,
    clockDoubted: () => false,
    absence: () => null,
    ready: () => true,
  });

  /** What the daemon does once a second. */
  const beat = async (): Promise<void> => {
    windows.sweep(clock.wall());
    for (const tracked of roster.all()) {
      if (clock.wall() >= tracked.announced.until) publisher.announce(tracked);
    }
    await refresh.step(roster.all);
  };

  return {
    ...recording,
    backend,
    now: () => clock.wall(),
    told,
    found,
    errors,
    async go(move) {
      switch (move.kind) {
        case 'set':
          time.setClock(move.ms);
          break;
        case 'block': {
          const from = clock.monotonic();
          time.block(move.ms);
          blocks.push({ from, to: monotonicMs(from + move.ms), stoodMs: move.ms, suspendedMs: 0 });
          break;
        }
        case 'pass':
          await time.pass(move.ms, () => move.lateMs);
      }
      await rest();
      await beat();
    },
    async end() {
      const stopped = scheduler.stop(10_000);
      await time.pass(11_000);
      await stopped;
      refresh.stop();
      await writer.drain();
      reader.close();
    },
  };
}
