import type { ShardFence } from '../store/fleet-port.js';
import type { MissCause, ModelKey, Refusal } from '../store/port.js';
import type { FencedError } from '../store/store-error.js';
import type { Memory } from './memory.js';
import type { Pending } from './pending.js';
import type { Shown } from './publisher.js';
import type { Tracked } from './tracked.js';

export interface Writer {
  /** Queues the changes of a model for writing; `results` is the number of new results. */
  changed(tracked: Tracked, results: number): void;
  missed(cause: MissCause, count: number): void;
  /** Number of unwritten results. */
  readonly pendingResults: number;
  /** ms for which the oldest of them has waited; 0 for none. */
  readonly oldestPendingMs: number;
  /** Writes all changes; resolves with false when the write fails once or hangs, so that they still wait. */
  flush(): Promise<boolean>;
  /** Drops the changes of models that left the registry and that the store no longer knows: it was replaced by a new one. */
  keepOnly(known: ReadonlySet<ModelKey>): void;
  /** Drops the changes of a model that is read again, since another instance has it or had it. */
  forget(tracked: Tracked): void;
  /**
   * Writes all changes and stops the writer. Retries failed writes for `patienceMs` (0 unless given); waits for a hanging
   * one.
   */
  drain(patienceMs?: number): Promise<Left>;
}

/** Changes that the last attempt could not write. */
export interface Left {
  readonly results: number;
  /** Number of models with results or other changes, such as missed slots. */
  readonly models: number;
}

export interface WriterEvents {
  /** Called with changes to publish. */
  publish(shown: Shown): void;
  /** Called with a number of missed slots to publish, written or not. */
  missed(cause: MissCause, count: number): void;
  /** Duration of one transaction in ms. */
  wrote(ms: number): void;
  failed(error: unknown): Promise<void>;
  recovered(): void;
  /** Called when the store refused data for its content and it is dropped; `model` is null for data of no model. */
  refused(refusal: Refusal, model: string | null): void;
  /** Called with the models that a transaction has written. */
  stored?(models: readonly Tracked[]): void;
  /** Called when raw results are dropped because too many wait for the store. */
  dropped(count: number): void;
}

/** The changes of one model in a batch. */
export interface Taken {
  readonly tracked: Tracked;
  readonly pending: Pending;
  readonly memory: Memory;
  readonly watermark: number | null;
}

/** Where instances share the store: under which fences changes are written. */
export interface Fencing {
  /** Null for a model of another instance, of which nothing is written. */
  fenceOf(tracked: Tracked): ShardFence | null;
  /** True while no other instance can take the model over, so that results may be shown which are not written yet. */
  mayShowUnwritten(tracked: Tracked): boolean;
  /** Called with models whose results are dropped, since another instance has taken over their shards. */
  fenced(models: readonly Tracked[], error: FencedError): void;
}
