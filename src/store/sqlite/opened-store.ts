import type { Clock } from '../../domain/clock.js';
import type { Retention } from '../horizons.js';
import type { Store } from '../port.js';
import type { PackedBatch } from './write/packed-batch.js';

export interface StoreOptions {
  readonly path: string;
  readonly migrationsDir: string;
  /** Read whenever deletion starts, so that a reload takes effect. */
  readonly retention: () => Retention;
  /** Action for a damaged file: `move` renames it and creates a fresh one, `stop` leaves it and fails. */
  readonly onCorrupt: 'move' | 'stop';
  readonly clock: Pick<Clock, 'wall'>;
  /** Keys up to this one may be in use, even if the file has none of them. */
  readonly highestKey?: number;
  readonly log: Record<'error' | 'warn' | 'info', (fields: object, message: string) => void>;
}

export interface OpenedStore extends Store {
  /** Fresh files created since the start, because the one before was damaged, deleted or replaced. */
  readonly corruptions: number;
  /** How often the database was opened since the start: readers of an earlier opening must reopen it. */
  readonly openings: number;
}

/** The store inside the thread that has the database open. */
export interface SqliteStore extends OpenedStore {
  /** Writes a packed batch like `write`; resolves with false, with nothing written, when its content is refused. */
  writePacked(packed: PackedBatch): Promise<boolean>;
}
