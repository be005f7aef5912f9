import type { Logger } from 'pino';
import { createCalendar } from '../calendar/calendar.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Clock } from '../domain/clock.js';
import { createEventFeed } from '../http/event-feed.js';
import { createMonitorMetrics } from '../metrics/monitor.js';
import { createChecking } from './checking.js';
import { startHousekeeping } from './housekeeping.js';
import { createRecording } from './recording.js';
import { createReleasers, type Releasers } from './releasers.js';
import { createReloader, type Reloaded, type Trigger } from './reload.js';
import { createScheduling } from './scheduling.js';
import { createServing } from './serving.js';
import { despiteDamage, despiteLock, openStorage } from './storage.js';
import { createUptimeRefresh } from './uptime-refresh.js';
import { createFileWatch } from './watch.js';

/** Events that a client which was away can still be told; the busiest registries make some hundred a second. */
const keptEvents = 1_024;
/** Beyond the grace of the checks, what was recorded may be tried to be written for so long. */
const lastWritesMs = 3_000;

export interface Daemon {
  /** Where it listens. */
  readonly url: string;
  reload(trigger: Trigger): Promise<Reloaded>;
  /**
   * Lets running checks finish within the grace, writes everything, closes everything; resolves with false when something could
   * not be written. Twice is once. Where the disk hangs it never ends.
   */
  stop(): Promise<boolean>;
  /** How long running checks may take to end. */
  readonly graceMs: number;
  /** Results that are not written yet. */
  readonly pendingResults: number;
  /** The part that `stop` waits for; null while it does not. */
  readonly stopping: string | null;
  /** No thread is at work; one that hangs in a call of the system would hold up process.exit. */
  readonly threadsIdle: boolean;
}

export interface DaemonParts {
  readonly config: LoadedConfig;
  readonly load: () => Promise<LoadedConfig>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lines of the log that were given up. */
  readonly logDropped: () => number;
  readonly version: string;
  readonly migrationsDir: string;
}

/** Builds every part, in the order in which they need each other, and starts them. Throws StoreError or the server's error. */
export async function startDaemon(parts: DaemonParts): Promise<Daemon> {
  const releasers = createReleasers(parts.log);
  try {
    return await start(parts, releasers);
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

async function start(parts: DaemonParts, releasers: Releasers): Promise<Daemon> {
  const { log, version } = parts;
  const inForce = { config: parts.config };
  const settings = () => inForce.config.settings;
  const graceMs = (): number => settings().server.shutdownGraceMs;
  let started = false;
  const ready = (): boolean => started;

  // Before anything else, so that no change since the configuration was read goes unseen.
  const watch = createFileWatch(parts.config.files);
  const storage = await openStorage({ ...parts, settings, ready, releasers });
  const { store, beside, clock } = storage;
  const metrics = createMonitorMetrics({ version, missed: await despiteDamage(() => store.missed()) });
  // The file was damaged when it was opened.
  if (store.corruptions > 0) metrics.storeFailed();

  const common = { clock, calendar: createCalendar(), metrics, log, version, settings, ready };
  const events = createEventFeed({ run: clock.wall().toString(36), size: keptEvents });
  const refresh = createUptimeRefresh(store, clock);
  const recording = createRecording({ ...common, store, stateChanged: refresh.soon, tell: events.publish });
  const { roster, writer } = recording;
  let stopBy = 0;
  let complete = true;
  releasers.add('writer', async () => {
    const { results, models } = await writer.drain(Math.max(0, stopBy - clock.monotonic()));
    complete = models === 0;
    if (!complete) log.warn({ results, models }, 'results not written before the deadline are lost');
  });
  const checking = createChecking({ ...common, followed: roster.get });
  releasers.add('checking', checking.close);
  releasers.add('uptime', refresh.stop);
  const scheduling = createScheduling({ ...common, recording, checking });
  const reloader = createReloader({
    inForce,
    load: parts.load,
    apply: scheduling.apply,
    reloaded: (successful) => metrics.reloaded(successful, clock.wall()),
    log,
  });
  const serving = createServing({
    ...common,
    ...{ storage, recording, checking, scheduling, reloader, inForce, events, refresh, releasers },
    logDropped: parts.logDropped,
  });
  // Stops before the server, so that those who wait for a check get its result.
  releasers.add('scheduler', () => scheduling.scheduler.stop(graceMs()));

  // Before there are checks, which would make it wait.
  await serving.prepare();
  const { warnings } = await despiteLock(() => despiteDamage(() => scheduling.apply(parts.config)));
  for (const warning of warnings) log.warn({ warning }, 'configuration warning');
  started = true;
  metrics.reloaded(true, clock.wall());
  releasers.add('housekeeping', startHousekeeping({ ...recording, clock, refresh, store, log }).stop);
  const url = await serving.listen();
  releasers.add('file watch', watch.close);
  watch.begin(
    () => reloader.watched,
    async () => {
      await reloader.reload('content');
      return !reloader.failing;
    },
  );
  for (const tracked of roster.all()) refresh.soon(tracked);

  return {
    url,
    reload: (trigger) => reloader.reload(trigger),
    async stop() {
      stopBy = clock.monotonic() + graceMs() + lastWritesMs;
      await releasers.release();
      return complete;
    },
    get graceMs() {
      return graceMs();
    },
    get pendingResults() {
      return writer.pendingResults;
    },
    get stopping() {
      return releasers.current;
    },
    get threadsIdle() {
      return store.idle && beside.idle;
    },
  };
}
