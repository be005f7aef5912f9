import type { Retention } from '../horizons.js';
import type { MissCause, ModelKey, Store, StoredModel, StoreReader } from '../port.js';
import { connect, type ConnectionOptions, type Database } from './database.js';
import { isInUse, requireAlone } from './in-use.js';
import { migrate, requireSchema } from './migrations.js';
import { prepareOutbox } from './outbox.js';
import { createPartitions } from './partitions.js';
import { prepareExclusions } from './read/annotation-query.js';
import { prepareCounts } from './read/count-query.js';
import { prepareHourHistograms } from './read/hour-query.js';
import { prepareIncidents } from './read/incident-query.js';
import { prepareResults } from './read/result-query.js';
import { prepareSeries, type ReadSeries } from './read/series-query.js';
import { prepareTimeline } from './read/timeline-query.js';
import { prepareModels, prepareRegistry, type RegistryWrites } from './registry.js';
import { prepareVendors } from './vendors.js';
import { prepareAnnotating } from './write/annotations.js';
import { preparePrune } from './write/prune.js';
import { prepareWrite, type WriteBatch } from './write/store-write.js';

/**
 * ms of silence after which the server rolls a transaction back. An instance that is suspended, or whose network is cut, within a write
 * holds the fences of its shards: ended sooner than their leases, it keeps them from nobody.
 */
export const mostSilenceMs = 8_000;

export interface PostgresReaderOptions extends ConnectionOptions {
  /** The folder of this store's migrations, `migrations/postgres`. */
  readonly migrationsDir: string;
}

export interface PostgresStoreOptions extends PostgresReaderOptions {
  /** Read whenever deletion starts, so that a reload takes effect. */
  readonly retention: () => Retention;
}

/** A store of which nothing is changed. */
export interface PostgresReader extends StoreReader {
  /** Figures of a past in steps. */
  readonly series: ReadSeries;
  /** Models with these keys. */
  readonly someModels: (keys: readonly ModelKey[]) => Promise<readonly StoredModel[]>;
  /** True where an instance was seen within the last 15 s. */
  inUse(): Promise<boolean>;
  /** Unix ms of the server's clock. */
  now(): Promise<number>;
}

export interface PostgresStore extends Store, PostgresReader, RegistryWrites {
  readonly register: RegistryWrites['register'];
  readonly retire: RegistryWrites['retire'];
  /** As of a store; with `fences`, nothing is written once a shard has another fence: rejects with FencedError. */
  readonly write: WriteBatch;
  readonly close: () => Promise<void>;
}

/** The reads on one database. */
function prepareReads(database: Database): PostgresReader {
  const models = prepareModels(database);
  return {
    models: models.all,
    names: models.names,
    someModels: models.some,
    async missed() {
      const { rows } = await database.run<{ cause: MissCause; count: number }>(
        `SELECT cause, count FROM ${database.table('missed')}`,
        [],
      );
      return new Map(rows.map(({ cause, count }) => [cause, count]));
    },
    ...prepareTimeline(database),
    counts: prepareCounts(database),
    hourHistograms: prepareHourHistograms(database),
    results: prepareResults(database),
    incidents: prepareIncidents(database).incidents,
    ...prepareExclusions(database),
    notices: prepareOutbox(database).notices,
    vendorIncidents: prepareVendors(database).vendorIncidents,
    series: prepareSeries(database),
    async sizeBytes() {
      const { rows } = await database.run<{ bytes: number }>(
        `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::int8 AS bytes FROM pg_class
          WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'`,
        [database.schema],
      );
      return rows[0]?.bytes ?? 0;
    },
    inUse: () => isInUse(database),
    async now() {
      const { rows } = await database.run<{ now: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
        [],
      );
      return rows[0]?.now ?? Number.NaN;
    },
    close: () => database.close(),
  };
}

/** Runs `prepare` with a connection, which ends where it rejects. */
async function opened<Result>(
  options: ConnectionOptions,
  prepare: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await connect(options);
  try {
    return await prepare(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens the store in a PostgreSQL database, with its schema up to date; several instances may do so at a time. Rejects with
 * StoreError, as its methods do: `unavailable` for everything that may pass, after which the next call tries again.
 */
export function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  return opened({ idleInTransactionMs: mostSilenceMs, ...options }, async (database) => {
    await migrate(database, options.migrationsDir);
    const partitions = createPartitions(database);
    return {
      ...prepareReads(database),
      ...prepareRegistry(database),
      ...prepareAnnotating(database, prepareIncidents(database)),
      ...prepareOutbox(database),
      ...prepareVendors(database),
      write: prepareWrite(database, partitions),
      prune: preparePrune(database, partitions, options.retention),
    };
  });
}

/** Opens an existing store to read it, whatever instances write it. Rejects with StoreError. */
export function openPostgresReader(options: PostgresReaderOptions): Promise<PostgresReader> {
  return opened(options, async (database) => {
    await requireSchema(database, options.migrationsDir);
    return prepareReads(database);
  });
}

/**
 * Exclusions of an existing store while no instance runs. Rejects with StoreError: `locked` while one does, `missing` without
 * a store.
 */
export function openLoneExclusions(options: PostgresReaderOptions) {
  return opened(options, async (database) => {
    await requireSchema(database, options.migrationsDir);
    await requireAlone(database);
    const { names } = prepareModels(database);
    return {
      models: (ids: readonly string[]) => names(ids),
      of: prepareExclusions(database).exclusions,
      add: prepareAnnotating(database, prepareIncidents(database)).exclude,
      close: () => database.close(),
    };
  });
}
