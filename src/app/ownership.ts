import type { Fleet, ShardFence, ShardHandlers } from '../store/fleet-port.js';
import { shardOf } from '../store/fleet-port.js';
import type { Tracked } from './tracked.js';

/** What is known of a model: since when, in the terms of its shard. */
interface Era {
  readonly shard: number;
  /** The fence that its shard had here before the model was read; null for a model of another instance. */
  readonly fence: ShardFence | null;
  /** True once its absence is noted, so that it may be checked. */
  prepared: boolean;
}

/** The handlers of changes, which are told once the parts that they change are there. */
export interface OwnershipHandlers {
  /** Shards are no longer this instance's: what runs of them is ended and written, within 2 s. */
  lost(shards: ReadonlySet<number>): Promise<void>;
  /** Some models are to be read again. */
  changed(): void;
}

/**
 * Which models this instance checks, where several share a database. A state of a model is this instance's as long as its
 * shard has the fence that it had before the state was read; then it is read again.
 */
export interface Ownership {
  readonly fleet: Fleet;
  /** The fence that the shard of the model has now; null for a model of another instance. Ask before the model is read. */
  fenceNow(id: string): ShardFence | null;
  /** Notes that `tracked` was read while its shard had this fence. */
  bind(tracked: Tracked, fence: ShardFence | null): void;
  /** The fence under which its changes are written; null for a model of another instance, of which nothing is written. */
  fenceOf(tracked: Tracked): ShardFence | null;
  /** Notes that the model may be checked. */
  prepare(tracked: Tracked): void;
  /** True for a model that the scheduler plans. */
  isPlanned(tracked: Tracked): boolean;
  /** True when the model has to be read again, since its shard has come or gone, or prepared. */
  isStale(tracked: Tracked): boolean;
  /** True while a check of the model may start. */
  mayStart(id: string): boolean;
  /** Who hears of changes from now on. */
  handle(handlers: OwnershipHandlers): void;
  /** Gives all shards back. */
  stop(): Promise<void>;
}

/** Joins the instances that share a database; nothing is claimed before `fleet.start`. Rejects with StoreError. */
export async function joinFleet(join: (handlers: ShardHandlers) => Promise<Fleet>): Promise<Ownership> {
  const fences = new Map<number, ShardFence>();
  const eras = new WeakMap<Tracked, Era>();
  let handlers: OwnershipHandlers = { lost: () => Promise.resolve(), changed: () => undefined };
  const fleet = await join({
    gained(gained) {
      for (const fence of gained) fences.set(fence.shard, fence);
      handlers.changed();
    },
    async lost(lost) {
      for (const shard of lost) fences.delete(shard);
      await handlers.lost(new Set(lost));
      handlers.changed();
    },
  });
  const eraOf = (tracked: Tracked): Era | null => eras.get(tracked) ?? null;
  const isStale = (tracked: Tracked): boolean => {
    const era = eraOf(tracked);
    if (era === null) return false;
    return era.fence?.fence !== fences.get(era.shard)?.fence || (era.fence !== null && !era.prepared);
  };
  return {
    fleet,
    fenceNow: (id) => fences.get(shardOf(id)) ?? null,
    bind: (tracked, fence) =>
      void eras.set(tracked, { shard: shardOf(tracked.view.model.id), fence, prepared: false }),
    fenceOf: (tracked) => eraOf(tracked)?.fence ?? null,
    prepare(tracked) {
      const era = eraOf(tracked);
      if (era !== null) era.prepared = era.fence !== null;
    },
    isPlanned: (tracked) => eraOf(tracked)?.prepared === true && !isStale(tracked),
    isStale,
    mayStart(id) {
      const shard = shardOf(id);
      return fences.has(shard) && fleet.mayStart(shard);
    },
    handle: (given) => void (handlers = given),
    stop: () => fleet.stop(),
  };
}
