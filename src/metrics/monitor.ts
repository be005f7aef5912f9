import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricConfiguration,
} from 'prom-client';
import { missCauses, type MissCause } from '../domain/check.js';
import { monitorFamily, type MonitorFamilyName } from './catalogue.js';
import type { VendorPageState } from '../domain/vendor-word.js';
import { createNotificationMetrics, type NotificationGauges } from './notifications.js';
import { openMetricsOf, withBounds, type Format } from './format.js';
import { createOtlpMetrics, type OtlpTally } from './otlp-tally.js';
import { createVendorMetrics } from './vendors.js';

/** Values read at a scrape; null leaves a gauge out. */
export interface MonitorGauges {
  readonly checksInFlight: number;
  readonly checksQueued: number;
  readonly pendingResults: number;
  readonly oldestPendingMs: number;
  readonly storeSizeBytes: number | null;
  /** Null while unknown: without targets and with fewer than three hosts. */
  readonly connectivityUp: boolean | null;
  /** Log lines dropped since the start. */
  readonly logDropped: number;
  /** Fresh databases created since the start, because the one before was damaged, deleted or replaced. */
  readonly storeFilesLost: number;
  /** The wall clock is in doubt and not used. */
  readonly clockDoubted: boolean;
  /** Null for a database of one process. */
  readonly fleet?: FleetGauges | null;
  /** Null before there were channels. */
  readonly notifications?: NotificationGauges | null;
  /** Null before metrics were pushed anywhere. */
  readonly otlp?: OtlpTally | null;
  /** Status pages that are read. */
  readonly vendors?: readonly VendorPageState[];
}

/** Where instances share a database. */
export interface FleetGauges {
  /** Null while unknown. */
  readonly instances: number | null;
  /** True while instances have different models; null while unknown. */
  readonly disagree: boolean | null;
  readonly shardsOwned: number;
  readonly renewalsFailed: number;
  readonly fencedWrites: number;
}

/** The daemon's metrics about itself. */
export interface MonitorMetrics {
  readonly observeDelay: (ms: number) => void;
  readonly missed: (cause: MissCause, count: number) => void;
  /** Slots missed since the start. */
  readonly missedSinceStart: number;
  /** The process was suspended or blocked while a check ran. */
  readonly checkStalled: () => void;
  /** A request was sent again on a fresh connection. */
  readonly connectionRetried: () => void;
  readonly observeStoreWrite: (ms: number) => void;
  readonly storeFailed: () => void;
  /** Results were dropped unwritten, because too many waited. */
  readonly resultsDropped: (count: number) => void;
  /** The store refused the content of a result or of another record. */
  readonly resultRefused: () => void;
  /** The configuration was loaded, or refused, at Unix ms `at`. */
  readonly reloaded: (successful: boolean, at: number) => void;
  /** All of them, with the end mark. */
  readonly exposition: (gauges: MonitorGauges, format: Format) => Promise<string>;
}

interface MonitorOptions {
  readonly version: string;
  /** Counts to continue from, as the store kept them. */
  readonly missed: ReadonlyMap<MissCause, number>;
}

/** promtool refuses gauges that end in `_total`. */
const refused = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const delayBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60];
const writeBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** Metrics that there are with the first call only. */
function createFleetMetrics(
  about: (key: MonitorFamilyName) => Omit<MetricConfiguration<string>, 'collect'>,
  set: (gauge: Gauge, value: number | null) => void,
): (gauges: FleetGauges) => void {
  const create = () => ({
    instances: new Gauge(about('instances')),
    disagree: new Gauge(about('instances_disagree')),
    shards: new Gauge(about('shards_owned')),
    renewals: new Counter(about('lease_renewals_failed_total')),
    fenced: new Counter(about('fenced_writes_total')),
  });
  let made: ReturnType<typeof create> | null = null;
  return ({ instances, disagree, shardsOwned, renewalsFailed, fencedWrites }) => {
    made ??= create();
    set(made.instances, instances);
    set(made.disagree, disagree === null ? null : Number(disagree));
    made.shards.set(shardsOwned);
    made.renewals.reset();
    made.renewals.inc(renewalsFailed);
    made.fenced.reset();
    made.fenced.inc(fencedWrites);
  };
}

export function createMonitorMetrics({ version, missed }: MonitorOptions): MonitorMetrics {
  const registry = new Registry();
  let missedSinceStart = 0;
  const about = (key: MonitorFamilyName) => {
    const { name, help, labels } = monitorFamily(key);
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  const set = (gauge: Gauge, value: number | null) => {
    if (value === null) gauge.remove();
    else gauge.set(value);
  };

  const misses = new Counter(about('scheduler_checks_missed_total'));
  const stalled = new Counter(about('checks_stalled_total'));
  const delay = new Histogram({ ...about('scheduler_delay_seconds'), buckets: delayBounds });
  const inFlight = new Gauge(about('checks_in_flight'));
  const queued = new Gauge(about('checks_queued'));
  const storeWrite = new Histogram({ ...about('store_write_seconds'), buckets: writeBounds });
  const storeErrors = new Counter(about('store_errors_total'));
  const dropped = new Counter(about('store_dropped_results_total'));
  const refusedResults = new Counter(about('store_refused_results_total'));
  const filesLost = new Counter(about('store_files_lost_total'));
  const pending = new Gauge(about('store_pending_results'));
  const oldestPending = new Gauge(about('store_oldest_pending_seconds'));
  const size = new Gauge(about('store_size_bytes'));
  const connectionRetries = new Counter(about('connection_retries_total'));
  const logDropped = new Counter(about('log_dropped_total'));
  const clockDoubted = new Gauge(about('clock_doubted'));
  const connectivity = new Gauge(about('connectivity_up'));
  const ofFleet = createFleetMetrics(about, set);
  const ofNotifications = createNotificationMetrics(about);
  const ofVendors = createVendorMetrics(about);
  const ofOtlp = createOtlpMetrics(about);
  const reloadSuccessful = new Gauge(about('config_last_reload_successful'));
  const reloadedAt = new Gauge(about('config_last_reload_success_timestamp_seconds'));
  const build = new Gauge(about('build_info'));

  for (const cause of missCauses) misses.inc({ cause }, missed.get(cause) ?? 0);
  build.set({ version, node_version: process.versions.node }, 1);
  reloadSuccessful.remove();
  reloadedAt.remove();
  collectDefaultMetrics({ register: registry });
  for (const name of refused) registry.removeSingleMetric(name);

  return {
    observeDelay: (ms) => delay.observe(ms / 1000),
    missed: (cause, count) => {
      missedSinceStart += count;
      misses.inc({ cause }, count);
    },
    get missedSinceStart() {
      return missedSinceStart;
    },
    checkStalled: () => stalled.inc(),
    connectionRetried: () => connectionRetries.inc(),
    observeStoreWrite: (ms) => storeWrite.observe(ms / 1000),
    storeFailed: () => storeErrors.inc(),
    resultsDropped: (count) => dropped.inc(count),
    resultRefused: () => refusedResults.inc(),
    reloaded: (successful, at) => {
      reloadSuccessful.set(successful ? 1 : 0);
      if (successful) reloadedAt.set(at / 1000);
    },
    async exposition(gauges, format) {
      inFlight.set(gauges.checksInFlight);
      queued.set(gauges.checksQueued);
      pending.set(gauges.pendingResults);
      oldestPending.set(gauges.oldestPendingMs / 1000);
      filesLost.reset();
      filesLost.inc(gauges.storeFilesLost);
      logDropped.reset();
      logDropped.inc(gauges.logDropped);
      clockDoubted.set(Number(gauges.clockDoubted));
      if (gauges.fleet !== undefined && gauges.fleet !== null) ofFleet(gauges.fleet);
      if (gauges.notifications !== undefined && gauges.notifications !== null)
        ofNotifications(gauges.notifications);
      ofVendors(gauges.vendors ?? []);
      ofOtlp(gauges.otlp ?? null);
      set(size, gauges.storeSizeBytes);
      set(connectivity, gauges.connectivityUp === null ? null : Number(gauges.connectivityUp));
      const text = withBounds(await registry.metrics());
      return format === 'text' ? text : openMetricsOf(text);
    },
  };
}
