import type { Logger } from 'pino';
import { createCalendar } from '../calendar/calendar.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Clock } from '../domain/clock.js';
import { createEventFeed } from '../http/event-feed.js';
import { createServer } from '../http/server.js';
import { createMonitorMetrics } from '../metrics/monitor.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { openThreadedStore } from '../store/sqlite/threaded-store.js';
import { createAccess } from './access.js';
import { createAnnotations } from './annotations.js';
import { createBackend } from './backend.js';
import { createBeside } from './beside.js';
import { createChecking } from './checking.js';
import { createClockTrust } from './clock-trust.js';
import { despiteDamage, despiteLock } from './despite.js';
import { noteClock, noteOutage } from './outage.js';
import { createPauses } from './pauses.js';
import { createProbe } from './probe.js';
import { createRecording } from './recording.js';
import { createHealthApi } from './health-api.js';
import { startHousekeeping } from './housekeeping.js';
import { createReleasers } from './releasers.js';
import { createReloader, type Reloaded, type Trigger } from './reload.js';
import { createRunner } from './runner.js';
import { createSteadyClock, startOfTime, writtenAt } from './steady-clock.js';
import { createUptimeRefresh } from './uptime-refresh.js';
import { watchFiles } from './watch.js';

/** Events that a client which was away can still be told; the busiest registries make some hundred a second. */
const keptEvents = 1_024;

/** So long without a long question its thread is kept. */
const besideIdleMs = 30_000;
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

/** Builds every part, in the order in which they need each other, and starts them. Throws StoreError or the server's error. */
export async function startDaemon(parts: {
  config: LoadedConfig;
  load: () => Promise<LoadedConfig>;
  clock: Clock;
  log: Logger;
  /** Lines of the log that were given up. */
  logDropped: () => number;
  version: string;
  migrationsDir: string;
}): Promise<Daemon> {
  const { config, log, version } = parts;
  const releasers = createReleasers(log);
  let ready = false;
  const settings = () => reloader.current.settings;
  const reloader = createReloader({
    initial: config,
    load: parts.load,
    apply: (next) => apply(next),
    reloaded: (successful) => {
      metrics.reloaded(successful, clock.wall());
    },
    log,
  });

  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  // From here on, so that no change since the configuration was read goes unseen.
  const watch = watchFiles(
    () => reloader.watched,
    async () => {
      await begun;
      await reloader.reload('content');
      return !reloader.failing;
    },
  );

  // Before it is opened, which may write it.
  const written = writtenAt(config.settings.storage.path);
  const store = await openThreadedStore({
    thread: new URL('../store/sqlite/store-thread.js', import.meta.url),
    path: config.settings.storage.path,
    migrationsDir: parts.migrationsDir,
    retention: () => settings().storage.retention,
    onCorrupt: config.settings.storage.onCorrupt,
    clock: parts.clock,
    log,
    patient: () => !ready,
  });
  releasers.add('store', () => store.close());
  const beside = createBeside({
    thread: new URL('./beside-thread.js', import.meta.url),
    path: config.settings.storage.path,
    migrationsDir: parts.migrationsDir,
    file: () => store.openings,
    idleMs: besideIdleMs,
  });
  // After the last writes, since a long read that hangs would hold them up.
  releasers.add('long reads', () => beside.close());
  const clock = createSteadyClock(parts.clock, {
    startAt: await startOfTime(parts.clock, store, written),
    log,
  });
  const metrics = createMonitorMetrics({ version, missed: await despiteDamage(() => store.missed()) });
  // The file was damaged when it was opened.
  if (store.corruptions > 0) metrics.storeFailed();
  const calendar = createCalendar();
  const events = createEventFeed({ run: clock.wall().toString(36), size: keptEvents });
  const { roster, recorder, writer, windows, publisher } = createRecording({
    store,
    calendar,
    clock,
    log,
    metrics,
    nextDue: (id) => scheduler.nextDue(id),
    stateChanged: (tracked) => {
      refresh.soon(tracked);
    },
    tell: events.publish,
  });
  let stopBy = 0;
  let complete = true;
  releasers.add('writer', async () => {
    const { results, models } = await writer.drain(Math.max(0, stopBy - clock.monotonic()));
    complete = models === 0;
    if (!complete) log.warn({ results, models }, 'results not written before the deadline are lost');
  });

  const checking = createChecking({ clock, version, metrics, log, settings, followed: roster.get });
  releasers.add('checking', checking.close);
  const { attempt, unrecorded } = checking;
  const run = createRunner({
    attempt,
    clock,
    recorder,
    tracked: roster.get,
    recheck: (id, at) => {
      scheduler.recheck(id, at);
    },
    log,
  });
  const scheduler = createScheduler({
    calendar,
    clock,
    concurrency: config.settings.checker.concurrency,
    perHost: config.settings.checker.perHost,
    events: {
      run(job, signal, recorded) {
        metrics.observeDelay(job.delayMs);
        return run(job, signal, recorded);
      },
      missed({ id, cause, firstSlot, lastSlot, count }) {
        const tracked = roster.get(id);
        const unwatched = cause === 'stopped' || cause === 'loop_blocked' ? firstSlot : null;
        if (tracked !== undefined) recorder.miss(tracked, { lastSlot, unwatched }, cause, count);
      },
    },
  });

  const apply = async (next: LoadedConfig) => {
    await writer.flush();
    const now = clock.wall();
    const change = await roster.replace(next.settings.models, now);
    checking.configure(next.settings);
    windows.replace(next.settings.maintenance, now, change.added);
    noteClock(change.added, now, log);
    // First, because what was valid may no longer be; and again for what falls due before the scheduler begins.
    const outage = { calendar, recorder, log };
    noteOutage(change.added, { ...outage, nextDue: () => null, now });
    scheduler.update(roster.plans());
    noteOutage(change.added, { ...outage, nextDue: (id) => scheduler.nextDue(id), now: clock.wall() });
    // What a reload changes of a state, such as a pause, shows when the reload is done.
    if (ready) await writer.flush();
    return change;
  };

  const refresh = createUptimeRefresh(store, clock, roster.all);
  releasers.add('uptime', refresh.stop);
  const health = createHealthApi({
    clock,
    userAgent: `modelpulse/${version}`,
    config: () => reloader.current,
    roster,
    attempt: unrecorded,
    spend: (id) => scheduler.spend(id),
  });
  const annotations = createAnnotations({
    store,
    clock,
    roster,
    async excluded(tracked) {
      windows.excluded(tracked, clock.wall());
      await writer.flush();
      refresh.soon(tracked);
    },
  });
  const pauses = createPauses({
    clock,
    roster,
    log,
    async replanned() {
      scheduler.update(roster.plans());
      await writer.flush();
    },
  });
  const backend = createBackend({
    store,
    clock,
    roster,
    scheduler,
    metrics,
    writer,
    reloader,
    events,
    health,
    annotations,
    pauses,
    readLong: beside.read,
    probe: createProbe({ roster, attempt: unrecorded, spend: (id) => scheduler.spend(id) }),
    connectivityUp: checking.connectivityUp,
    logDropped: parts.logDropped,
    storeFilesLost: () => store.corruptions,
    clockDoubted: () => clock.doubted,
    ready: () => ready,
  });
  const access = createAccess(config.settings.server);
  const server = createServer(backend, {
    version,
    access: () => access.of(settings().server),
    hosts: () => access.hostsOf(settings().server),
    report: (error, where) => log.error({ err: error, where }, 'request failed'),
  });

  releasers.add('server', () => server.close());
  releasers.add('health API', () => {
    health.close();
  });
  const graceMs = (): number => settings().server.shutdownGraceMs;
  releasers.add('scheduler', () => scheduler.stop(graceMs()));

  try {
    // Before there are checks, which would make it wait.
    await server.ready();
    const { warnings } = await despiteLock(() => despiteDamage(() => apply(config)));
    for (const warning of warnings) log.warn({ warning }, 'configuration warning');
    // Of results alone: what fell due since then moved the watermarks up to the clock that is in doubt.
    const newest = [...roster.all()].reduce((most, { view }) => Math.max(most, view.latest?.slot ?? 0), 0);
    const trusted = createClockTrust(clock, newest || null, log);
    ready = true;
    metrics.reloaded(true, clock.wall());
    const url = await server.listen({ host: config.settings.server.host, port: config.settings.server.port });
    const kept = { clock, roster, windows, publisher, refresh, store, trusted, log };
    releasers.add('housekeeping', startHousekeeping(kept).stop);
    releasers.add('file watch', () => {
      watch.close();
    });
    begin();
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
  } catch (error) {
    await releasers.release();
    throw error;
  }
}
