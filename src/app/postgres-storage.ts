import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StoragePlace } from '../config/settings.js';
import { addressOf } from '../store/postgres/address.js';
import { isAbsence } from '../store/postgres/failure.js';
import { openPostgresFleet } from '../store/postgres/fleet/postgres-fleet.js';
import { openPostgresStore } from '../store/postgres/postgres-store.js';
import { openBeside, type OpenedDatabase, type StorageParts } from './opened-database.js';
import { createDatabaseClock } from './database-clock.js';
import { createReadTurns } from './read-turns.js';

/** How long a start waits for the server: both may be started at the same moment. */
const patienceMs = 30_000;
const retryMs = 500;
/** Of five connections; the others are for writes and deletion. */
const mostReads = 3;
/** The size is read with each scrape, and costs a look at every partition. */
const sizeEveryMs = 15_000;

/**
 * Opens a database, and tries again for `patience` ms while its server is not there or not ready, which is logged once. Rejects with
 * what the last attempt rejected with.
 */
export async function despiteAbsence<Opened>(
  open: () => Promise<Opened>,
  { log, shown, patience = patienceMs }: { log: Pick<Logger, 'warn'>; shown: string; patience?: number },
): Promise<Opened> {
  const until = performance.now() + patience;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await open();
    } catch (error) {
      if (!isAbsence(error) || performance.now() + retryMs >= until) throw error;
      if (attempts === 1)
        log.warn(
          { err: error, database: shown, seconds: patience / 1_000 },
          'waiting for the database: its server does not answer yet',
        );
    }
    await pause(retryMs);
  }
}

/** The newest size that was read; a scrape does not wait for another, and once one cannot be read, it is unknown. */
function createSize(read: () => Promise<number>, now: () => number): () => Promise<number> {
  let known = read();
  known.catch(() => undefined);
  let readAt = now();
  let reading = false;
  const readAgain = async (): Promise<void> => {
    reading = true;
    const next = read();
    await next.catch(() => undefined);
    known = next;
    readAt = now();
    reading = false;
  };
  return () => {
    if (!reading && now() - readAt >= sizeEveryMs) void readAgain();
    return known;
  };
}

type Place = Extract<StoragePlace, { kind: 'postgres' }>;

/** Opens a PostgreSQL database and registers its release. Rejects with StoreError. */
export async function openDatabase(place: Place, parts: StorageParts): Promise<OpenedDatabase> {
  const { log, settings, releasers } = parts;
  const { url, preparedStatements: prepared, listenUrl } = place;
  const migrationsDir = join(parts.migrationsDir, 'postgres');
  const { shown } = addressOf(url);
  const retention = () => settings().storage.retention;
  const store = await despiteAbsence(
    () => openPostgresStore({ url, prepared, migrationsDir, retention, log }),
    {
      log,
      shown,
    },
  );
  releasers.add('store', () => store.close());
  const { clock, see } = createDatabaseClock(parts.clock, log);
  // Before anything is planned: later corrections are steps of the clock.
  const askedAt = clock.monotonic();
  see({ databaseMs: await store.now(), askedAt });
  const beside = openBeside({ kind: 'postgres', url, prepared, migrationsDir }, releasers, () => 0);
  return {
    store: {
      ...store,
      ...createReadTurns(store, mostReads),
      sizeBytes: createSize(() => store.sizeBytes(), clock.monotonic),
    },
    beside,
    shown,
    clock,
    shared: {
      models: store.someModels,
      registerAll: store.registerAll,
      join: (handlers, told) =>
        openPostgresFleet({
          ...{ url, prepared, log, time: see, ...handlers, ...told },
          ...(listenUrl !== null && { listenUrl }),
        }),
    },
    filesLost: () => 0,
    threadsIdle: () => beside.idle,
  };
}
