import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Announcement, Fleet, ShardFence, ShardHandlers } from '../store/fleet-port.js';
import type { ModelKey, Store, StoredModel } from '../store/port.js';
import { createBeside, type Beside, type BesideStart } from './beside.js';
import type { Releasers } from './releasers.js';

/** Idle ms after which the thread for long reads ends: it has 20 MB, and takes 0.1 s of processor time to start. Pages ask it once a minute. */
const besideIdleMs = 5_000;

/** The database of one kind, opened. */
export interface OpenedDatabase {
  readonly store: Store;
  readonly beside: Beside;
  /** The place of the database in words, without a password. */
  readonly shown: string;
  /** The clock that counts with this database: the system's, or the database's. */
  readonly clock: Clock;
  /** What instances need that share it; null for a file, which one process has. */
  readonly shared: SharedDatabase | null;
  /** Files that were lost to damage since the start. */
  readonly filesLost: () => number;
  /** False while a thread of the database may hang in a system call. */
  readonly threadsIdle: () => boolean;
}

/** A database that several instances may write. */
export interface SharedDatabase {
  /** Models with these keys. Rejects with StoreError. */
  models(keys: readonly ModelKey[]): Promise<readonly StoredModel[]>;
  /** Registers models under ids that all differ, none of which is renamed; in no order. Rejects with StoreError. */
  registerAll(
    ids: readonly string[],
    now: number,
    fences: readonly ShardFence[],
  ): Promise<readonly StoredModel[]>;
  /** Joins the instances; nothing is claimed before its `start`. Rejects with StoreError. */
  join(handlers: ShardHandlers, told: Pick<Announcement, 'generation'>): Promise<Fleet>;
}

/** What both kinds of database are opened with. */
export interface StorageParts {
  settings: () => Settings;
  migrationsDir: string;
  /** While false, a file locked by another program is waited for. */
  ready: () => boolean;
  /** The clock of the system. */
  clock: Clock;
  log: Logger;
  releasers: Releasers;
}

/** The thread for long reads, ended with the other parts. */
export function openBeside(start: BesideStart, releasers: Releasers, file: () => number): Beside {
  const thread = new URL('../app/beside-thread.js', import.meta.url);
  const beside = createBeside({ start, thread, file, idleMs: besideIdleMs });
  // Released after the last writes, which a hanging long read would delay.
  releasers.add('long reads', () => beside.close());
  return beside;
}
