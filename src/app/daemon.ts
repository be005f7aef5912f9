import type { Logger } from 'pino';
import { createShared } from '../checker/transport/exchange-limits.js';
import { createCalendar } from '../calendar/calendar.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Clock } from '../domain/clock.js';
import type { ModelEvent } from '../domain/event.js';
import type { ModelView } from '../domain/view.js';
import { createEventFeed } from '../http/event-feed.js';
import { createMonitorMetrics } from '../metrics/monitor.js';
import { createChecking } from './checking.js';
import { setHeapGrowth } from './heap-growth.js';
import { startHousekeeping } from './housekeeping.js';
import { createNotifying } from './notifying.js';
import { createOtlp } from './otlp.js';
import { createRecording } from './recording.js';
import { createReleasers, type Releasers } from './releasers.js';
import { nameIn } from './renames.js';
import { createReloader, type Reloaded, type Trigger } from './reload.js';
import { createScheduling } from './scheduling.js';
import { createServing } from './serving.js';
import { despiteDamage, despiteLock, openStorage } from './storage.js';
import type { Tracked } from './tracked.js';
import { createUptimeRefresh } from './uptime-refresh.js';
import { createVendors } from './vendors.js';
import { createFileWatch } from './watch.js';

/** Events kept for clients that reconnect; the busiest registries produce a few hundred per second. */
const keptEvents = 1_024;
/** ms for the last writes after the grace period of the checks. */
const lastWritesMs = 3_000;

export interface Daemon {
  /** URL of the server; empty where nothing listens. */
  readonly url: string;
  /** The place of the database in words, without a password. */
  readonly database: string;
  reload(trigger: Trigger): Promise<Reloaded>;
  /**
   * Lets running checks finish within the grace period, writes and closes everything; resolves to false when something
   * could not be written. Idempotent. Never resolves while the disk hangs.
   */
  stop(): Promise<boolean>;
  /** Resolves when a volume with another database was mounted over its folder: only a restart continues with that one. */
  readonly displaced: Promise<void>;
  /** Grace period of running checks in ms. */
  readonly graceMs: number;
  /** Number of results not yet written. */
  readonly pendingResults: number;
  /** Name of the part that `stop` is waiting for; null when it is not running. */
  readonly stopping: string | null;
  /** True when no thread is working; one that hangs in a system call blocks process.exit. */
  readonly threadsIdle: boolean;
  /** The models of the registry in its order, without their probes. */
  models(): readonly ModelView[];
}

export interface DaemonParts {
  readonly config: LoadedConfig;
  readonly load: (inForce: LoadedConfig) => Promise<LoadedConfig>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Number of log lines dropped. */
  readonly logDropped: () => number;
  readonly version: string;
  readonly migrationsDir: string;
  /** Set where the process is another program's: nothing listens unless it says so, and the process keeps its settings. */
  readonly embedded?: { readonly listen: boolean; readonly published: (event: ModelEvent) => void };
}

/** Builds and starts all parts in order of dependency. Throws StoreError or the server's error. */
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

  // First: it sees the changes that are made from here on.
  const watch = await createFileWatch(parts.config.files);
  const storage = await openStorage({ ...parts, settings, ready, releasers });
  const { store, clock } = storage;
  const sharing =
    storage.shared === null
      ? null
      : await (
          await import('./sharing.js')
        ).createSharing(storage.shared, { log, clock, generation: settings().generation });
  // Released after the last writes, which need the shards.
  if (sharing !== null) releasers.add('shards', () => sharing.stop());
  // Of several instances each has what it counts itself, so that their sum is the count of all.
  const missed = sharing === null ? await despiteDamage(() => store.missed()) : new Map();
  const metrics = createMonitorMetrics({ version, missed });
  // A file that was lost while it was opened is counted now: there were no metrics before.
  if (storage.filesLost() > 0) metrics.storeFailed();

  const common = { clock, calendar: createCalendar(), metrics, log, version, settings, ready };
  const events = createEventFeed({ run: clock.wall().toString(36), size: keptEvents });
  const refresh = createUptimeRefresh(store, clock);
  let isDisplaced = false;
  let nowDisplaced = (): void => undefined;
  const displaced = new Promise<void>((resolve) => (nowDisplaced = resolve));
  const recording = createRecording({
    ...common,
    store,
    stateChanged: refresh.soon,
    shared: sharing?.recording ?? null,
    publish(event) {
      events.publish(event);
      otlp.observe(event);
      parts.embedded?.published(event);
    },
    publicUrl: () => settings().server.publicUrl,
    telling: () => settings().notifications?.tell ?? null,
    displaced() {
      if (!isDisplaced)
        log.error(
          { database: storage.shown, results: writer.pendingResults },
          'a volume with another database was mounted over the folder of the database: the process ends, a restart continues with that database',
        );
      isDisplaced = true;
      nowDisplaced();
    },
  });
  const { roster, writer, windows } = recording;
  const otlp = createOtlp({
    ...{ clock, log, version, settings },
    exposition: () => serving.exposition(),
    view: (id) => roster.get(id)?.view,
    views: function* () {
      for (const { view } of roster.all()) yield view;
    },
    isOwn(id) {
      const tracked = roster.get(id);
      return tracked !== undefined && sharing?.ownership.fenceOf(tracked) !== null;
    },
  });
  let stopBy = 0;
  let complete = true;
  releasers.add('writer', async () => {
    const { results, models } = await writer.drain(Math.max(0, stopBy - clock.monotonic()));
    complete = models === 0;
    if (!complete) log.warn({ results, models }, 'results not written before the deadline are lost');
  });
  const shared = createShared();
  const checking = createChecking({
    ...common,
    shared,
    store,
    followed: roster.get,
    own: () => [...roster.all()].filter((tracked) => sharing?.ownership.fenceOf(tracked) !== null),
    changed: (tracked) => writer.changed(tracked, 0),
  });
  releasers.add('checking', checking.close);
  releasers.add('uptime', refresh.stop);
  const scheduling = createScheduling({
    ...common,
    ...(parts.embedded === undefined && { grown: setHeapGrowth }),
    recording,
    checking,
    shared: sharing?.scheduling ?? null,
  });
  const vendors = createVendors({
    store,
    clock,
    log,
    version,
    settings,
    ownership: sharing?.ownership ?? null,
  });
  releasers.add('status pages of vendors', vendors.stop);
  const startVendors = (): void => {
    vendors.ensure().catch((err: unknown) => log.error({ err }, 'status pages of vendors cannot be read'));
  };
  const notifying = createNotifying({
    ...{ store, clock, log, version, settings, ready, ownership: sharing?.ownership ?? null },
    healthOf: (model) => roster.get(model)?.memory.health ?? null,
    viewOf: (model) => roster.get(model)?.view ?? null,
    all: roster.all,
    nameNow: nameIn(roster, () => settings().models),
    vendorOf: vendors.ofModel,
    isAlive: () => started && scheduling.isTicking() && recording.storeFailure() === null,
  });
  releasers.add('notifications', notifying.stop);
  const startNotifying = (): void => {
    notifying.ensure().catch((err: unknown) => log.error({ err }, 'notifications cannot be started'));
  };
  const reloader = createReloader({
    inForce,
    load: parts.load,
    apply: scheduling.apply,
    reloaded(successful) {
      metrics.reloaded(successful, clock.wall());
      if (!successful) return;
      startNotifying();
      startVendors();
      otlp.ensure();
    },
    log,
    now: clock.wall,
  });
  const excluded = async (tracked: Tracked): Promise<void> => {
    windows.excluded(tracked, clock.wall());
    await writer.flush();
    refresh.soon(tracked);
  };
  // Before the registry is read: models are read under the fences of their shards.
  const following = (await sharing?.start({ recording, scheduling, store, clock, excluded })) ?? null;
  const serving = createServing({
    ...common,
    ...{ notifying, vendors, otlp, excluded, following, ownership: sharing?.ownership ?? null },
    ...{ fleet: sharing?.gauges ?? null, difference: sharing?.difference ?? (() => null) },
    ...{ storage, recording, checking, scheduling, reloader, inForce, events, refresh, releasers, shared },
    logDropped: parts.logDropped,
  });
  // Stops before the server, so that clients waiting for a check get its result.
  releasers.add('scheduler', () => scheduling.scheduler.stop(graceMs()));

  // Before the first checks, which would delay it.
  await serving.prepare();
  await notifying.ensure();
  const { warnings } = await despiteLock(() => despiteDamage(() => scheduling.apply(parts.config)));
  for (const warning of warnings) log.warn({ warning }, 'configuration warning');
  started = true;
  metrics.reloaded(true, clock.wall());
  releasers.add(
    'housekeeping',
    startHousekeeping({ ...recording, clock, refresh, store, log, shown: following?.shown }).stop,
  );
  sharing?.begin();
  startVendors();
  otlp.ensure();
  const listens = parts.embedded?.listen !== false;
  const url = listens ? await serving.listen() : '';
  const agent = listens ? settings().up.agent : null;
  if (agent !== null) {
    const { startUpAgent } = await import('./up-agent.js');
    const view = (id: string) => roster.get(id)?.view;
    const { address, stop } = await startUpAgent({
      listen: agent,
      view,
      settings: () => settings().up,
      now: clock.wall,
    });
    releasers.add('agent', stop);
    log.info({ address }, 'agent listens');
  }
  releasers.add('push of metrics', otlp.stop);
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
    database: storage.shown,
    displaced,
    reload: (trigger) => reloader.reload(trigger),
    async stop() {
      // A displaced database takes no further write, however long it is tried.
      stopBy = isDisplaced ? 0 : clock.monotonic() + graceMs() + lastWritesMs;
      sharing?.takeNoMore();
      // The others have the models soon even where a part hangs and the process is ended.
      const handOver = setTimeout(() => void sharing?.stop(), graceMs() + lastWritesMs);
      await releasers.release();
      clearTimeout(handOver);
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
    models: () => [...roster.all()].flatMap(({ view }) => (view.model.probeOf === undefined ? [view] : [])),
    get threadsIdle() {
      return storage.threadsIdle();
    },
  };
}
