import type { Retention } from '../horizons.js';
import type { Store } from '../port.js';
import type { OpenedStore } from './sqlite-store.js';
import type { PackedError } from './thread-error.js';

/** What the thread of the store is started with. */
export interface ThreadStart extends Situation {
  readonly path: string;
  readonly migrationsDir: string;
  readonly onCorrupt: 'move' | 'stop';
  /** No fresh file gives a key that a model may have already. */
  readonly highestKey: number;
  /**
   * One number in shared memory: the id of the last call that wrote a batch. It says what was written when the thread ends
   * before its reply arrives.
   */
  readonly written: SharedArrayBuffer;
}

/** What the thread cannot know itself; it comes with each call. */
export interface Situation {
  readonly now: number;
  readonly retention: Retention;
}

export type ThreadMethod = keyof Store | 'writePacked';

export interface ThreadCall extends Situation {
  readonly id: number;
  readonly method: ThreadMethod;
  readonly args: readonly unknown[];
}

export type LogLevel = 'error' | 'warn' | 'info';

/** In the place of a call's number: the first reply, which says whether the store is open. */
export const opening = 0;

/** What happened to the file since the thread began. */
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
