import type { Clock } from '../domain/clock.js';
import { dayMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import type { ModelView } from '../domain/view.js';
import { HttpError } from '../http/http-error.js';
import type { EventFeed } from '../http/event-feed.js';
import type {
  Acknowledgements,
  Annotations,
  Backend,
  HealthApi,
  Notifications,
  Pauses,
  Vendors,
} from '../http/port.js';
import { modelExposition } from '../metrics/exposition.js';
import type { Format } from '../metrics/format.js';
import type { FleetGauges, MonitorMetrics } from '../metrics/monitor.js';
import type { NotificationGauges } from '../metrics/notifications.js';
import type { OtlpTally } from '../metrics/otlp-tally.js';
import type { MonitorView } from '../page/monitor-view.js';
import type { Scheduler } from '../scheduler/port.js';
import type { Store } from '../store/port.js';
import type { InForce, Reloader } from './reload.js';
import type { Roster } from './roster.js';
import type { Tracked } from './tracked.js';
import { createSharedText, type SharedText } from './shared-text.js';
import { createTextShelf } from './text-shelf.js';
import type { Writer } from './writer.js';

/** Least ms between two expositions, each 40 ms of work for 1,000 models; more frequent scrapes share one. */
const expositionEveryMs = 200;
/**
 * Limits of expositions held for slow readers; one of 10,000 models has 28 MB. Even at the highest request rate, readers
 * of the oldest have over 3 s.
 */
const mostExpositions = { texts: 16, bytes: 32 * 1024 * 1024 };

/** Least ms of absence that the page reports; a usual restart takes less. */
const leastAbsenceMs = 300_000;

/** Implements the operations behind the HTTP routes. */
export function createBackend(parts: {
  store: Store;
  clock: Clock;
  roster: Roster;
  scheduler: Scheduler;
  metrics: MonitorMetrics;
  writer: Writer;
  reloader: Reloader;
  events: EventFeed;
  health: HealthApi;
  annotations: Annotations;
  acknowledgements: Acknowledgements;
  pauses: Pauses;
  notifications: Notifications;
  notificationGauges: () => NotificationGauges | null;
  vendors?: Vendors;
  /** Pushes of the metrics; null before there were any. */
  otlp?: () => OtlpTally | null;
  readLong: Backend['readLong'];
  probe: Backend['probe'];
  connectivityUp: () => boolean | null;
  absence: () => Interval | null;
  /** True for a model that another instance checks. */
  isFollowed?: (tracked: Tracked) => boolean;
  /** Called when somebody asks for models. */
  asked?: () => void;
  /** Null for a database of one process. */
  fleet?: (() => FleetGauges) | null;
  /** What operators are told while instances that share the database have different models; null otherwise. */
  difference?: () => string | null;
  storeFailure: () => string | null;
  inForce: Readonly<InForce>;
  logDropped: () => number;
  storeFilesLost: () => number;
  clockDoubted: () => boolean;
  /** True while the scheduler ticks. */
  live: () => boolean;
  ready: () => boolean;
}): Backend {
  const { store, clock, roster, scheduler, metrics, writer, reloader, live } = parts;
  const { isFollowed = () => false, asked = () => undefined } = parts;

  const givenUp = new HttpError(
    503,
    'check_given_up',
    'the check was given up; the daemon stops or is overloaded',
  );

  /** Without the probes of models, which are found by their ids. */
  function* views(): Iterable<ModelView> {
    for (const { view } of roster.all()) if (view.model.probeOf === undefined) yield view;
  }

  /** Series of a model are those of the instance that checks it; its probes are in its state. */
  function* ownViews(): Iterable<ModelView> {
    for (const tracked of roster.all())
      if (!isFollowed(tracked) && tracked.view.model.probeOf === undefined) yield tracked.view;
  }

  async function* exposition(format: Format): AsyncGenerator<string> {
    yield* modelExposition(ownViews(), clock.wall(), format, parts.inForce.config.settings.metrics);
    const gauges = {
      checksInFlight: scheduler.inFlight,
      checksQueued: scheduler.queued,
      pendingResults: writer.pendingResults,
      oldestPendingMs: writer.oldestPendingMs,
      storeSizeBytes: await store.sizeBytes().catch(() => null),
      connectivityUp: parts.connectivityUp(),
      logDropped: parts.logDropped(),
      storeFilesLost: parts.storeFilesLost(),
      clockDoubted: parts.clockDoubted(),
      fleet: parts.fleet?.() ?? null,
      notifications: parts.notificationGauges(),
      vendors: parts.vendors?.pages() ?? [],
      otlp: parts.otlp?.() ?? null,
    };
    yield await metrics.exposition(gauges, format);
  }
  const shelf = createTextShelf(mostExpositions);
  const shared = (format: Format): SharedText =>
    createSharedText(() => exposition(format), expositionEveryMs, clock.monotonic, shelf);
  const expositions = { text: shared('text'), openmetrics: shared('openmetrics') };

  const absenceAt = (now: number): Pick<MonitorView, 'absence'> => {
    const absence = parts.absence();
    if (absence === null || absence.to - absence.from < leastAbsenceMs || now - absence.to > dayMs) return {};
    return { absence };
  };

  return {
    views() {
      asked();
      return views();
    },
    view(id) {
      asked();
      return roster.get(id)?.view;
    },
    store,
    events: parts.events,
    health: parts.health,
    annotations: parts.annotations,
    acknowledgements: parts.acknowledgements,
    pauses: parts.pauses,
    notifications: parts.notifications,
    ...(parts.vendors !== undefined && { vendors: parts.vendors }),
    readLong: parts.readLong,
    probe(id, timeoutMs, signal) {
      const tracked = roster.get(id);
      if (tracked !== undefined && isFollowed(tracked))
        return Promise.reject(
          new HttpError(503, 'other_instance', 'another instance checks this model: ask that one'),
        );
      return parts.probe(id, timeoutMs, signal);
    },
    async checkNow(id) {
      const before = roster.get(id)?.view;
      if (before?.model.pause === true) throw new HttpError(409, 'paused', 'the model is paused');
      const known = before?.latest;
      await scheduler.checkNow(id).catch(() => {
        throw givenUp;
      });
      const latest = roster.get(id)?.view.latest;
      // An aborted check has no result.
      if (latest === undefined || latest === null || latest === known) throw givenUp;
      return latest;
    },
    reload: (caller) => reloader.reload('request', caller),
    live,
    monitor: async () => ({
      scheduler: {
        live: live(),
        inFlight: scheduler.inFlight,
        queued: scheduler.queued,
        missed: metrics.missedSinceStart,
      },
      store: {
        bytes: await store.sizeBytes().catch(() => null),
        waiting: writer.pendingResults,
        oldestWaitingMs: writer.oldestPendingMs,
        failure: parts.storeFailure(),
      },
      configuration: {
        inForceSince: reloader.inForceSince,
        warnings: [...parts.inForce.config.warnings, ...[parts.difference?.() ?? []].flat()],
        refused: reloader.refused,
      },
      reaches: parts.connectivityUp(),
      ...absenceAt(clock.wall()),
    }),
    configurationOf: (id) => parts.inForce.config.effectiveOf(id),
    ready: parts.ready,
    exposition: (format) => expositions[format](),
    now: () => clock.wall(),
  };
}
