import type { Retention } from '../../horizons.js';
import type { Store } from '../../port.js';
import { StoreError, type StoreErrorKind } from '../../store-error.js';
import { codeOf } from '../file/failure.js';
import type { OpenedStore } from '../sqlite-store.js';

/** Data that the thread of the store starts with. */
export interface ThreadStart extends Situation {
  readonly path: string;
  readonly migrationsDir: string;
  readonly onCorrupt: 'move' | 'stop';
  /** A fresh file assigns keys above this one, since a model may have a lower one already. */
  readonly highestKey: number;
  /**
   * One number in shared memory: the id of the last call that wrote a batch. It tells what was written if the thread
   * ends before its reply arrives.
   */
  readonly written: SharedArrayBuffer;
}

/** State outside the thread; sent with each call. */
export interface Situation {
  readonly now: number;
  readonly retention: Retention;
}

export type ThreadMethod = keyof Store | 'writePacked';

/** Calls whose outcome the caller must know, however late: they change state that it keeps in memory. */
export const awaited: ReadonlySet<ThreadMethod> = new Set<ThreadMethod>([
  'write',
  'writePacked',
  'addNote',
  'acknowledge',
  'exclude',
  'include',
  'keepOutbox',
  'keepVendorIncidents',
  'close',
]);
/** Calls that change nothing; they wait their turn, so that however many there are, a write waits only for a few. */
export const reads: ReadonlySet<ThreadMethod> = new Set<ThreadMethod>([
  'models',
  'names',
  'missed',
  'points',
  'durations',
  'spent',
  'counts',
  'hourHistograms',
  'results',
  'incidents',
  'maintenance',
  'epochs',
  'gaps',
  'acknowledged',
  'exclusions',
  'excludedPeriods',
  'notices',
  'channels',
  'messages',
  'waiting',
  'waitingChannels',
  'vendorIncidents',
]);
/** Calls that are sent even while the thread hangs. */
export const alwaysMade: ReadonlySet<ThreadMethod> = new Set<ThreadMethod>(['write', 'writePacked', 'close']);

export interface ThreadCall extends Situation {
  readonly id: number;
  readonly method: ThreadMethod;
  readonly args: readonly unknown[];
}

export type LogLevel = 'error' | 'warn' | 'info';

/** Call number of the first reply, which reports whether the store is open. */
export const opening = 0;

/** Changes of the file since the thread started. */
export type Files = Pick<OpenedStore, 'corruptions' | 'openings'>;

export type ThreadReply =
  | { readonly id: number; readonly files: Files; readonly result: unknown }
  | { readonly id: number; readonly files: Files; readonly error: PackedError }
  | {
      readonly log: LogLevel;
      readonly fields: object;
      readonly error: PackedError | null;
      readonly message: string;
    };

/** An error as passed between threads, where classes and codes are lost. */
interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Kind of a StoreError. */
  readonly kind: StoreErrorKind | null;
  /** Code of SQLite or the system. */
  readonly code: string | null;
  readonly cause: PackedError | null;
}

export function packError(error: unknown): PackedError {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  return {
    name,
    message,
    stack,
    kind: error instanceof StoreError ? error.kind : null,
    code: codeOf(error),
    cause: cause === undefined ? null : packError(cause),
  };
}

export function unpackError({ name, message, stack, kind, code, cause }: PackedError): Error {
  const options = cause === null ? {} : { cause: unpackError(cause) };
  const error = kind === null ? new Error(message, options) : new StoreError(kind, message, options);
  if (kind === null) Object.assign(error, { name, ...(code === null ? {} : { code }) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
