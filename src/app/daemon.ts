import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createCalendar } from '../calendar/calendar.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Clock } from '../domain/clock.js';
import { createConnectivity } from '../checker/connectivity.js';
import { createEventFeed } from '../http/event-feed.js';
import { createServer } from '../http/server.js';
import { createMonitorMetrics } from '../metrics/monitor.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { openThreadedStore } from '../store/sqlite/threaded-store.js';
import { createAccess } from './access.js';
import { createAnnotations } from './annotations.js';
import { createBackend } from './backend.js';
import { createBeside } from './beside.js';
import { createChecker } from './checker.js';
import { createClockTrust } from './clock-trust.js';
import { despiteDamage } from './despite-damage.js';
import { noteClock, noteOutage, noteSight } from './outage.js';
import { createPauses } from './pauses.js';
import { createProbe } from './probe.js';
import { createRecording } from './recording.js';
import { createHealthApi } from './health-api.js';
import { createReleasers } from './releasers.js';
import { createReloader, type Reloaded, type Trigger } from './reload.js';
import { createAttempt, createRunner, createUnrecordedAttempt } from './runner.js';
import { despiteStalls, watchStalls } from './stalls.js';
import { createSteadyClock, startOfTime, writtenAt } from './steady-clock.js';
import { startTicker } from './ticker.js';
import { createUptimeRefresh } from './uptime-refresh.js';
import { watchFiles } from './watch.js';

/** Events that a client which was away can still be told; the busiest registries make some hundred a second. */
const keptEvents = 1_024;

/** Batches of deletion a second: 10,000 models every 60 s need 0.8, and what was put off has to be made up for. */
const pruneBatches = 4;
/** So long without a long question its thread is kept. */
const besideIdleMs = 30_000;

export interface Daemon {
  /** Where it listens. */
  readonly url: string;
  reload(trigger: Trigger): Promise<Reloaded>;
  /** Lets running checks finish within the grace, writes everything, closes everything. Twice is once. */
  stop(): Promise<void>;
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
  });
  releasers.add('store', () => store.close());
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
  releasers.add('writer', () => writer.drain());

  const checker = createChecker(clock, version, metrics.connectionRetried);
  releasers.add('checker', () => {
    checker.close();
  });
  const connectivity = createConnectivity({
    clock,
    changed: (sight) => {
      noteSight(sight, settings().models.length, clock.wall(), log);
    },
  });
  releasers.add('connectivity', () => {
    connectivity.close();
  });
  const stalls = watchStalls(clock, log);
  releasers.add('stall watch', () => {
    stalls.stop();
  });
  const check = despiteStalls(checker.check, {
    stalls,
    clock,
    counted: metrics.checkStalled,
    followed: roster.get,
  });
  const attempt = createAttempt(connectivity.guard(check), clock);
  const unrecorded = createUnrecordedAttempt({ attempt, clock, log });
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
    checker.configure(next.settings);
    connectivity.configure(next.settings);
    windows.replace(next.settings.maintenance, now, change.added);
    noteClock(change.added, now, log);
    // First, because what was valid may no longer be; and again for what falls due before the scheduler begins.
    const outage = { calendar, recorder, log };
    noteOutage(change.added, { ...outage, nextDue: () => null, now });
    scheduler.update(roster.plans(clock.wall()));
    noteOutage(change.added, { ...outage, nextDue: (id) => scheduler.nextDue(id), now: clock.wall() });
    // What a reload changes of a state, such as a pause, shows when the reload is done.
    if (ready) await writer.flush();
    return change;
  };

  const refresh = createUptimeRefresh(store, clock, roster.all);
  releasers.add('uptime', () => refresh.stop());
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
      scheduler.update(roster.plans(clock.wall()));
      await writer.flush();
    },
  });
  const beside = createBeside({
    thread: new URL('./beside-thread.js', import.meta.url),
    path: config.settings.storage.path,
    migrationsDir: parts.migrationsDir,
    file: () => store.corruptions,
    idleMs: besideIdleMs,
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
    connectivityUp: connectivity.up,
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

  releasers.add('long reads', () => beside.close());
  releasers.add('server', () => server.close());
  releasers.add('health API', () => {
    health.close();
  });
  releasers.add('scheduler', () => scheduler.stop(settings().server.shutdownGraceMs));

  try {
    // Before there are checks, which would make it wait.
    await server.ready();
    const { warnings } = await despiteDamage(() => apply(config));
    for (const warning of warnings) log.warn({ warning }, 'configuration warning');
    // Of results alone: what fell due since then moved the watermarks up to the clock that is in doubt.
    const newest = [...roster.all()].reduce((most, { view }) => Math.max(most, view.latest?.slot ?? 0), 0);
    const trusted = createClockTrust(clock, newest || null, log);
    ready = true;
    metrics.reloaded(true, clock.wall());
    const url = await server.listen({ host: config.settings.server.host, port: config.settings.server.port });
    const ticker = startTicker(async () => {
      const now = clock.wall();
      windows.sweep(now);
      for (const tracked of roster.all()) {
        if (now >= tracked.announced.until) publisher.announce(tracked);
      }
      await refresh.step();
      if (!trusted()) return;
      for (let batch = 0; batch < pruneBatches && (await store.prune(now)); batch += 1) await setImmediate();
    }, log);
    releasers.add('housekeeping', () => ticker.stop());
    releasers.add('file watch', () => {
      watch.close();
    });
    begin();
    for (const tracked of roster.all()) refresh.soon(tracked);
    return { url, reload: (trigger) => reloader.reload(trigger), stop: () => releasers.release() };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}
