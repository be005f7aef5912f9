import type { MonotonicMs } from '../../../domain/clock.js';
import type { ShardFence } from '../../fleet-port.js';

/** A shard in the database whose owner is the instance. */
export interface OwnedRow {
  readonly id: number;
  readonly fence: number;
}

/** What a renewal changed. */
export interface Change {
  readonly gained: readonly ShardFence[];
  readonly lost: readonly number[];
}

/** The owner's own view of its shards, by its monotonic clock alone. */
export interface HeldShards {
  /** Takes what a renewal returned as all there is; the leases hold until `until`. A shard with another fence is lost and gained. */
  replace(rows: readonly OwnedRow[], until: number): Change;
  /** Takes claimed shards. */
  add(rows: readonly OwnedRow[], until: number): readonly ShardFence[];
  /** Nothing more is started for the shards, but their fences are still known. */
  close(ids: readonly number[]): void;
  drop(ids: readonly number[]): void;
  /** True while the lease of the shard holds. */
  holds(id: number, now: MonotonicMs): boolean;
  fenceOf(id: number): ShardFence | null;
  /** All shards, ascending. */
  all(): readonly ShardFence[];
}

export function createHeldShards(): HeldShards {
  let held = new Map<number, { readonly fence: number; readonly until: number }>();
  const told = (id: number, fence: number): ShardFence => ({ shard: id, fence });

  return {
    replace(rows, until) {
      const before = held;
      held = new Map(rows.map(({ id, fence }) => [id, { fence, until }]));
      return {
        lost: [...before].filter(([id, { fence }]) => held.get(id)?.fence !== fence).map(([id]) => id),
        gained: rows
          .filter(({ id, fence }) => before.get(id)?.fence !== fence)
          .map(({ id, fence }) => told(id, fence)),
      };
    },
    add(rows, until) {
      for (const { id, fence } of rows) held.set(id, { fence, until });
      return rows.map(({ id, fence }) => told(id, fence));
    },
    close(ids) {
      for (const id of ids) {
        const one = held.get(id);
        if (one !== undefined) held.set(id, { ...one, until: -Infinity });
      }
    },
    drop(ids) {
      for (const id of ids) held.delete(id);
    },
    holds: (id, now) => now < (held.get(id)?.until ?? -Infinity),
    fenceOf(id) {
      const one = held.get(id);
      return one === undefined ? null : told(id, one.fence);
    },
    all: () => [...held].sort(([a], [b]) => a - b).map(([id, { fence }]) => told(id, fence)),
  };
}
