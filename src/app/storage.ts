import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import { isPlausible } from '../domain/time.js';
import type { Store } from '../store/port.js';
import { openThreadedStore, type ThreadedStore } from '../store/sqlite/thread/threaded-store.js';
import { StoreError } from '../store/store-error.js';
import { createBeside, type Beside } from './beside.js';
import type { Releasers } from './releasers.js';
import { createSteadyClock, type SteadyClock } from './steady-clock.js';

const lockPatienceMs = 5_000;
const lockRetryMs = 200;
/** So long without a long question its thread is kept. */
const besideIdleMs = 30_000;
/** Where nothing tells the time: no release is older. */
const earliestStart = Date.UTC(2026, 0, 1);

/** Asks once more where the file turned out to be damaged: it was moved aside, and the next question begins a fresh one. */
export async function despiteDamage<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
    return ask();
  }
}

/** True where another program holds the lock of the database. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof StoreError) || error.kind !== 'unavailable') return false;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
}

/** Asks again, for up to 5 s, where another program holds the lock of the database. */
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

/** Unix ms at which the file was last written; 0 where that is not known. */
export function writtenAt(path: string): number {
  try {
    const ms = Math.floor(statSync(path).mtimeMs);
    return isPlausible(ms) ? ms : 0;
  } catch {
    return 0;
  }
}

/**
 * Unix ms at which time begins: what the clock says where that is between 2000 and 2100; else the newest of what is known
 * to be past, which is the newest result, the time at which the database was last written, and this release.
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

/** The database, the thread that reads long answers from it, and the clock, which starts at the time that the database knows. */
export interface Storage {
  readonly store: ThreadedStore;
  readonly beside: Beside;
  readonly clock: SteadyClock;
}

/** Opens the database and adds its release to `releasers`. Throws StoreError. */
export async function openStorage(parts: {
  settings: () => Settings;
  migrationsDir: string;
  /** Until then a file that another program has locked is waited for. */
  ready: () => boolean;
  /** The clock of the system. */
  clock: Clock;
  log: Logger;
  releasers: Releasers;
}): Promise<Storage> {
  const { clock: raw, log, settings, migrationsDir, releasers } = parts;
  const { path, onCorrupt } = settings().storage;
  // Before it is opened, which may write it.
  const written = writtenAt(path);
  const store = await openThreadedStore({
    thread: new URL('../store/sqlite/thread/store-thread.js', import.meta.url),
    path,
    migrationsDir,
    retention: () => settings().storage.retention,
    onCorrupt,
    clock: raw,
    log,
    patient: () => !parts.ready(),
  });
  releasers.add('store', () => store.close());
  const beside = createBeside({
    thread: new URL('./beside-thread.js', import.meta.url),
    path,
    migrationsDir,
    file: () => store.openings,
    idleMs: besideIdleMs,
  });
  // After the last writes, since a long read that hangs would hold them up.
  releasers.add('long reads', () => beside.close());
  const clock = createSteadyClock(raw, { startAt: await startOfTime(raw, store, written), log });
  return { store, beside, clock };
}
