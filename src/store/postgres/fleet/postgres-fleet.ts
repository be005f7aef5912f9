import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../../../domain/clock.js';
import { systemTimers, type Timers } from '../../../domain/timers.js';
import type { Announcement, Fleet, ShardHandlers } from '../../fleet-port.js';
import { addressOf } from '../address.js';
import { connect, type ConnectionOptions } from '../database.js';
import { createBus } from './bus.js';
import { createHeldShards } from './held-shards.js';
import { prepareLeaseTable } from './lease-table.js';
import { renewMs, statementMs } from './lease-times.js';
import { prepareRegistryLease } from './registry-lease.js';
import { createRenewal } from './renewal.js';

export interface PostgresFleetOptions
  extends Pick<ConnectionOptions, 'url' | 'prepared' | 'log'>, Partial<Announcement>, ShardHandlers {
  /** Leads to the server itself where `url` leads through a pooler of transactions; else as `url`. */
  readonly listenUrl?: string;
  readonly clock?: Pick<Clock, 'monotonic'>;
  readonly timers?: Timers;
}

/**
 * Joins the instances that share the database, whose schema `openPostgresStore` has made; nothing is claimed before `start`. Rejects
 * with StoreError where the first connection fails.
 */
export async function openPostgresFleet(options: PostgresFleetOptions): Promise<Fleet> {
  const { url, listenUrl = url, clock = systemClock, timers = systemTimers, log } = options;
  // Throws before there is a connection to end.
  addressOf(listenUrl);
  const own = randomBytes(8).toString('hex');
  // Connections apart from the store's, which may all be busy: one renews, one is for what instances tell each other.
  const database = await connect({
    url,
    ...(options.prepared !== undefined && { prepared: options.prepared }),
    statementTimeoutMs: statementMs,
    connectTimeoutMs: statementMs,
    mostConnections: 2,
    idleInTransactionMs: statementMs,
    log,
  });
  const table = prepareLeaseTable(database, own);
  const held = createHeldShards();
  const { address = null, configDigest = null, generation = null } = options;
  let announced: Announcement = { address, configDigest, generation };
  let claims = true;
  const renewal = createRenewal({
    own,
    shown: database.shown,
    table,
    held,
    handlers: options,
    announced: () => announced,
    mayClaim: () => claims,
    clock,
    timers,
    log,
  });
  const bus = createBus({ own, database, listenUrl, isLive: table.isLive, timers, log });

  let stopped = false;
  let cancel = (): void => undefined;
  let last: Promise<boolean> = Promise.resolve(true);
  /** One renewal after the other. */
  const renew = (): Promise<boolean> => {
    last = last.then(() => (stopped ? false : renewal.run()));
    return last;
  };
  /** From begin to begin; a step takes less. */
  async function tick(): Promise<void> {
    cancel = timers.set(() => void tick(), renewMs);
    await renew();
  }

  return {
    id: own,
    bus,
    async start() {
      await Promise.all([bus.start(), tick()]);
    },
    mayStart: (shard) => !stopped && held.holds(shard, clock.monotonic()),
    fenceOf: held.fenceOf,
    owned: held.all,
    renew,
    renewalsFailed: renewal.failures,
    announce(changes) {
      announced = { ...announced, ...changes };
      return renew();
    },
    instances: table.instances,
    withRegistry: prepareRegistryLease({ table, clock, timers }),
    claimNoMore: () => void (claims = false),
    async stop() {
      if (stopped) return;
      stopped = true;
      cancel();
      bus.close();
      await last;
      await renewal.leave();
      await database.close();
    },
  };
}
