import type { MonotonicMs } from '../domain/clock.js';
import { modelIdOf } from '../domain/probes.js';
import { hashFraction } from '../domain/schedule.js';

/** Number of shards: each model belongs to one, and each shard to at most one instance. */
export const shardCount = 256;

/** The shard that stands for the right to change the registry. */
export const registryShard = -1;

/**
 * Shard of a model, 0 to 255, by its id alone: the low 8 bits of the hash whose high bits give the phase, so that the checks of
 * a shard are spread over the whole interval. The probes of a model have its shard, since they share its rate. Another function would move all models.
 */
export function shardOf(modelId: string): number {
  return (hashFraction(modelIdOf(modelId)) * 2 ** 32) % shardCount;
}

/** The right to write models of a shard, as it was given; it is void once the shard has another fence. */
export interface ShardFence {
  readonly shard: number;
  readonly fence: bigint | number;
}

/** What an instance says of itself. */
export interface Announcement {
  /** Its public URL, if it has one. */
  readonly address: string | null;
  /** Digest of the configuration in force; null before there is one. */
  readonly configDigest: string | null;
  /** Number of that configuration, greater for newer ones. */
  readonly generation: number | null;
}

/** An instance that was seen within a lease. */
export interface Instance extends Announcement {
  readonly id: string;
  /** Unix ms of the database's clock. */
  readonly startedAt: number;
  /** Unix ms of the database's clock: its last renewal. */
  readonly seenAt: number;
  /** Numbers of the shards that it owns, ascending. */
  readonly shards: readonly number[];
}

/** True when instances have different configurations; those without one do not count. */
export function disagree(instances: readonly Instance[]): boolean {
  return new Set(instances.map(({ configDigest }) => configDigest).filter((one) => one !== null)).size > 1;
}

/**
 * What an instance may do with the registry that all share. `decides`: add, remove and rename. `waits`: add. `follows`: nothing,
 * and a model that is not registered is not checked.
 */
export type RegistryRole = 'decides' | 'waits' | 'follows';

/** The generation as a number: none is lower than any. */
export const generationNumber = ({ generation }: Pick<Announcement, 'generation'>): number =>
  generation ?? -1;

/**
 * The role of an instance with this configuration. One follows while any other has a greater generation (none is the lowest). Of those
 * with the greatest one, all decide if they have the same configuration, else none. All who decide have the same one, so
 * no two undo each other's changes, if each has told its generation before and asks with the right to change the registry.
 */
export function roleOf(
  own: Pick<Instance, 'id' | 'configDigest' | 'generation'>,
  live: readonly Instance[],
): RegistryRole {
  const others = live.filter(({ id }) => id !== own.id);
  if (others.some((one) => generationNumber(one) > generationNumber(own))) return 'follows';
  const different = others.filter(({ configDigest }) => configDigest !== own.configDigest);
  if (different.length === 0) return 'decides';
  const isTold = live.some((one) => one.id === own.id && generationNumber(one) === generationNumber(own));
  return isTold && different.every((one) => generationNumber(one) < generationNumber(own))
    ? 'decides'
    : 'waits';
}

/** A look at the database's clock. */
export interface TimeOfDatabase {
  /** Unix ms that it showed at some moment between the question and the answer, which is told at once. */
  readonly databaseMs: number;
  /** When it was asked. */
  readonly askedAt: MonotonicMs;
}

/** What the fleet tells its instance of. */
export interface ShardHandlers {
  /** What the database's clock shows, with each renewal. */
  time?(time: TimeOfDatabase): void;
  /** Shards that are the instance's from now on. */
  gained(shards: readonly ShardFence[]): void;
  /**
   * Shards that are no longer the instance's: `mayStart` is false for them already. Where they are given back, the
   * database hears of it once the promise settles, after at most 2 s: until then results may be written with the old fences.
   */
  lost(shards: readonly number[]): void | Promise<void>;
}

/** The right to change the registry, while no other instance has it. */
export interface RegistryRight {
  /** For the writes: with it they reject with FencedError once another instance has the right. */
  readonly fence: ShardFence;
  /** False once the right may have passed to another instance, by this process' monotonic clock. */
  mayGoOn(): boolean;
}

/**
 * Why a message of the bus failed: `no_such_instance`: none is live with that id; `no_answer`: none came in time; `away`: the
 * bus has no connection, or none to the database; `too_long`: over 4,000 bytes; `refused`: the other instance failed, or knows
 * no such question.
 */
export type BusFailure = 'no_such_instance' | 'no_answer' | 'away' | 'too_long' | 'refused';

/** A message that the bus did not deliver, or a question without an answer. */
export class BusError extends Error {
  override readonly name = 'BusError';

  constructor(
    readonly kind: BusFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Takes what another instance sent, of which nothing is checked but that it is JSON. What it returns, or its promise gives,
 * answers a question, as JSON; a rejection refuses it.
 */
export type BusHandler = (body: unknown, from: string) => unknown;

/**
 * Messages between live instances: fast, but lost while an instance has no connection. Kinds are `a-z0-9_.-`, up to 64; another one
 * is a TypeError.
 */
export interface Bus {
  /** Sends to all other instances; at most 4,000 bytes with the envelope. Rejects with BusError `away` or `too_long`. */
  publish(kind: string, body: unknown): Promise<void>;
  /** Hears messages and questions of a kind, until the returned function is called; the first handler answers questions. */
  subscribe(kind: string, handler: BusHandler): () => void;
  /** Asks one instance; resolves to its answer, which nobody has checked. Rejects with BusError. */
  ask(instanceId: string, kind: string, body: unknown, timeoutMs: number): Promise<unknown>;
  /** Calls `handler` when the bus is there again, so that what was published meanwhile is read elsewhere. */
  onReturn(handler: () => void): () => void;
  /** True while messages arrive. */
  isOpen(): boolean;
  /** Messages that were dropped: not well-formed, too long, or too many at a time. */
  dropped(): number;
}

/** The instances that share one database, as one of them sees it. */
export interface Fleet {
  /** Of this instance; random at each start. */
  readonly id: string;
  readonly bus: Bus;
  /** Claims the first shards and renews each 5 s from then on; resolves after the first try, also where it failed. */
  start(): Promise<void>;
  /** True while a check of the shard's models may start: the lease holds by this process' monotonic clock, less 2 s. */
  mayStart(shard: number): boolean;
  /** The fence of a shard, null for one that is not the instance's. */
  fenceOf(shard: number): ShardFence | null;
  /** Shards of this instance, ascending. */
  owned(): readonly ShardFence[];
  /** Renews now, as after a FencedError; false where that failed, which is counted and logged. */
  renew(): Promise<boolean>;
  /** Renewals that failed since the start. */
  renewalsFailed(): number;
  /** Changes what the others read of this instance, with a renewal at once; false where that failed and the next one brings it. */
  announce(changes: Partial<Announcement>): Promise<boolean>;
  /** Live instances, the longest-running first. Rejects with StoreError. */
  instances(): Promise<readonly Instance[]>;
  /**
   * Runs `work` while no other instance changes the registry. Rejects with StoreError: `locked` when another one has the right
   * for over `waitMs` (30 s unless set), `fenced` when the right passed on before the work ended, `unavailable`. The right ends
   * after 5 minutes.
   */
  withRegistry<Result>(
    work: (right: RegistryRight) => Promise<Result>,
    options?: { readonly waitMs?: number },
  ): Promise<Result>;
  /** Claims no more shards from now on: the instance is about to stop. */
  claimNoMore(): void;
  /** Calls `lost` with all shards, gives them back and ends the connections; the leases end by themselves where that fails. */
  stop(): Promise<void>;
}
