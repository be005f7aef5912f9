import type { Shared } from '../checker/transport/exchange-limits.js';
import type { Logger } from 'pino';
import { isLoopback } from '../config/listen.js';
import type { Settings } from '../config/settings.js';
import type { FleetGauges, MonitorMetrics } from '../metrics/monitor.js';
import type { Access, Hosts } from '../http/auth.js';
import type { EventFeed } from '../http/event-feed.js';
import type { Reading } from '../http/port.js';
import type { PublicPages } from '../http/public-pages.js';
import { createServer } from '../http/server.js';
import { createProbe } from './attempt.js';
import { createBackend } from './backend.js';
import type { Checking } from './checking.js';
import { createHealthApi } from './health-api.js';
import { createAcknowledging } from './acknowledging.js';
import { createAnnotations, createPauses } from './operator.js';
import type { Following } from './following.js';
import type { Notifying } from './notifying.js';
import type { Otlp } from './otlp.js';
import type { VendorWords } from './vendors.js';
import type { Ownership } from './ownership.js';
import { createRemote } from './remote.js';
import type { Tracked } from './tracked.js';
import type { Recording } from './recording.js';
import type { Releasers } from './releasers.js';
import type { InForce, Reloader } from './reload.js';
import type { Scheduling } from './scheduling.js';
import type { Storage } from './storage.js';
import type { UptimeRefresh } from './uptime-refresh.js';

type Server = Settings['server'];

/**
 * Access rules of the current configuration for the address bound at the start. While that is reachable from outside,
 * a configuration without a token, valid only with another address, does not remove the token.
 */
export function createAccess(bound: Server): {
  of(server: Server, publicUp?: boolean): Access;
  hostsOf(server: Server): Hosts;
} {
  const local = isLoopback(bound.host);
  let token = bound.bearerToken;
  return {
    of(server, publicUp = false) {
      const safe = local || server.insecurePublic;
      if (server.bearerToken !== null || safe) token = server.bearerToken;
      return { token, readTokens: server.readTokens, publicBadges: server.publicBadges, publicUp };
    },
    hostsOf: ({ allowedHosts }) => ({ allowed: allowedHosts, local }),
  };
}

/** The public pages of a configuration. */
function publicPagesOf({ server, statusPages, maintenance }: Settings): PublicPages {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return { pages: statusPages, maintenance, baseUrl: server.publicUrl ?? `http://${host}:${server.port}` };
}

/** The HTTP server of the daemon. */
export interface Serving {
  /** Builds the routes; must resolve before `listen`. */
  prepare(): Promise<unknown>;
  /** Resolves to the URL of the server. */
  listen(): Promise<string>;
  /** All metrics in the text format. */
  exposition(): Reading;
}

/** Creates the server and registers its release with `releasers`. */
export function createServing(parts: {
  storage: Storage;
  recording: Recording;
  checking: Checking;
  scheduling: Scheduling;
  reloader: Reloader;
  inForce: Readonly<InForce>;
  events: EventFeed;
  metrics: MonitorMetrics;
  refresh: UptimeRefresh;
  shared: Shared;
  /** Applies changed exclusions of a model. */
  excluded: (tracked: Tracked) => Promise<void>;
  /** Null for a database of one process. */
  ownership: Ownership | null;
  following: Following | null;
  fleet: (() => FleetGauges) | null;
  /** What operators are told while instances have different models; null otherwise. */
  difference: () => string | null;
  notifying: Notifying;
  vendors: VendorWords;
  otlp: Otlp;
  releasers: Releasers;
  version: string;
  log: Logger;
  logDropped: () => number;
  ready: () => boolean;
}): Serving {
  const { inForce, releasers, log, version } = parts;
  const { store, beside, clock } = parts.storage;
  const { roster, writer } = parts.recording;
  const { ownership, following } = parts;
  const { unrecorded: attempt, connectivityUp } = parts.checking;
  const { scheduler, replan } = parts.scheduling;
  const { spend } = scheduler;

  const health = createHealthApi({
    clock,
    userAgent: `modelpulse/${version}`,
    config: () => inForce.config,
    roster,
    attempt,
    spend,
    shared: parts.shared,
  });
  const annotations = createAnnotations({
    store,
    clock,
    roster,
    async excluded(tracked) {
      parts.following?.tellExcluded(tracked.view.model.id);
      await parts.excluded(tracked);
    },
  });
  const acknowledging = createAcknowledging({ store, clock, roster, log });
  releasers.add('acknowledgements', acknowledging.stop);
  const pauses = createPauses({ clock, roster, log, replanned: replan });
  const local = createBackend({
    store,
    clock,
    roster,
    scheduler,
    metrics: parts.metrics,
    writer,
    reloader: parts.reloader,
    events: parts.events,
    health,
    annotations,
    acknowledgements: acknowledging.operations,
    pauses,
    notifications: parts.notifying.operations,
    notificationGauges: parts.notifying.gauges,
    vendors: parts.vendors,
    otlp: parts.otlp.tally,
    isFollowed: (tracked) => ownership !== null && ownership.fenceOf(tracked) === null,
    fleet: parts.fleet,
    difference: parts.difference,
    asked: following?.asked ?? (() => undefined),
    readLong: beside.read,
    probe: createProbe({ roster, attempt, spend }),
    connectivityUp,
    absence: () => parts.scheduling.absence,
    storeFailure: parts.recording.storeFailure,
    inForce,
    logDropped: parts.logDropped,
    storeFilesLost: parts.storage.filesLost,
    clockDoubted: () => clock.doubted,
    live: parts.scheduling.isTicking,
    ready: parts.ready,
  });
  const remote =
    ownership === null
      ? null
      : createRemote({ ownership, roster, scheduling: parts.scheduling, checkNow: local.checkNow, pauses });
  if (remote !== null) releasers.add('questions of other instances', remote.stop);
  const backend = remote === null ? local : { ...local, pauses: remote.pauses, checkNow: remote.checkNow };
  const bound = inForce.config.settings.server;
  const access = createAccess(bound);
  const server = createServer(backend, {
    version,
    access: () => access.of(inForce.config.settings.server, inForce.config.settings.up.isPublic),
    upPolicy: () => inForce.config.settings.up,
    hosts: () => access.hostsOf(inForce.config.settings.server),
    publicPages: () => publicPagesOf(inForce.config.settings),
    tools: {
      explain: async (reply) => (await import('./explain-reply.js')).explainReply(reply),
      mayCheck: () => inForce.config.settings.mcp?.checkNow === true,
    },
    grafanaUrl: () => inForce.config.settings.server.grafanaUrl,
    report: (error, where) => log.error({ err: error, where }, 'request failed'),
  });
  releasers.add('server', () => server.close());
  releasers.add('health API', () => {
    health.close();
  });
  return {
    prepare: async () => server.ready(),
    exposition: () => backend.exposition('text'),
    listen() {
      acknowledging.begin();
      return server.listen({ host: bound.host, port: bound.port });
    },
  };
}
