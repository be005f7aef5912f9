import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import { systemCodeOf } from '../domain/thrown.js';
import { isPlausible } from '../domain/time.js';
import type { Store } from '../store/port.js';
import { openThreadedStore } from '../store/sqlite/thread/threaded-store.js';
import { StoreError } from '../store/store-error.js';
import { openBeside, type OpenedDatabase, type StorageParts } from './opened-database.js';
import { createSteadyClock, type SteadyClock } from './steady-clock.js';

const lockPatienceMs = 5_000;
const lockRetryMs = 200;
/** Fallback start of time: no release is older. */
const earliestStart = Date.UTC(2026, 0, 1);

/** Retries once when the file is damaged: it is then moved aside, and the retry creates a new one. */
export async function despiteDamage<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
    return ask();
  }
}

/** True when another program holds the lock of the database. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof StoreError) || error.kind !== 'unavailable') return false;
  return systemCodeOf(error.cause)?.startsWith('SQLITE_BUSY') === true;
}

/** Retries for up to 5 s while another program holds the lock of the database. */
export async function despiteLock<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + lockPatienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
    }
    await pause(lockRetryMs);
  }
}

/** Unix ms of the last write of the file; 0 if unknown. */
export function writtenAt(path: string): number {
  try {
    const ms = Math.floor(statSync(path).mtimeMs);
    return isPlausible(ms) ? ms : 0;
  } catch {
    return 0;
  }
}

/**
 * Start time of the steady clock in Unix ms: the clock's time if it is between 2000 and 2100, else the latest of the
 * newest result, the last write of the database, and the release date.
 */
export async function startOfTime(
  raw: Clock,
  store: Pick<Store, 'models'>,
  written: number,
): Promise<number> {
  const now = raw.wall();
  if (isPlausible(now)) return now;
  const models = await despiteDamage(() => store.models());
  return models.reduce(
    (most, { latest }) => Math.max(most, latest?.slot ?? 0),
    Math.max(written, earliestStart),
  );
}

/** The database, the thread for long reads, and the steady clock over the database's, whose start depends on it. */
export interface Storage extends OpenedDatabase {
  readonly clock: SteadyClock;
}

type FilePlace = Extract<Settings['storage']['place'], { kind: 'sqlite' }>;

async function openFile({ path, onCorrupt }: FilePlace, parts: StorageParts): Promise<OpenedDatabase> {
  const { log, settings, migrationsDir, releasers } = parts;
  const store = await openThreadedStore({
    thread: new URL('../store/sqlite/thread/store-thread.js', import.meta.url),
    path,
    migrationsDir,
    retention: () => settings().storage.retention,
    onCorrupt,
    clock: parts.clock,
    log,
    patient: () => !parts.ready(),
  });
  releasers.add('store', () => store.close());
  const beside = openBeside({ kind: 'sqlite', path, migrationsDir }, releasers, () => store.openings);
  return {
    store,
    beside,
    shown: path,
    clock: parts.clock,
    shared: null,
    filesLost: () => store.corruptions,
    threadsIdle: () => store.idle && beside.idle,
  };
}

/** Opens the database and registers its release with `releasers`. Throws StoreError. */
export async function openStorage(parts: StorageParts): Promise<Storage> {
  const { log } = parts;
  const { place } = parts.settings().storage;
  // Read first: opening may write the file.
  const written = place.kind === 'sqlite' ? writtenAt(place.path) : 0;
  const opened =
    place.kind === 'sqlite'
      ? await openFile(place, parts)
      : await (await import('./postgres-storage.js')).openDatabase(place, parts);
  const raw = opened.clock;
  const clock = createSteadyClock(raw, { startAt: await startOfTime(raw, opened.store, written), log });
  return { ...opened, clock };
}
