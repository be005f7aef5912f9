import { setTimeout as pause } from 'node:timers/promises';
import { shardCount } from '../../store/fleet-port.js';
import type { Instance } from './instance.js';

const everyMs = 250;

/** What is told while the instances run. */
export interface Told {
  shares(of: readonly (readonly [Instance, number])[]): void;
  ended(lost: Instance, how: string, had: number): void;
  /** Another one checks all models, so many ms after the end of the lost one. */
  taken(by: Instance, afterMs: number): void;
}

/** Follows two instances until one has ended and the other checks all models, which it is told, or until both have ended; resolves to those that run. */
export async function followUntilTaken(
  instances: readonly Instance[],
  told: Told,
  isOver: () => boolean,
): Promise<readonly Instance[]> {
  const shares = new Map<Instance, number>();
  const gone = new Set<Instance>();
  const ends: number[] = [];
  for (const instance of instances)
    void instance.ended.then((how) => {
      if (isOver()) return;
      ends.push(performance.now());
      gone.add(instance);
      told.ended(instance, how, shares.get(instance) ?? 0);
    });
  for (;;) {
    let changed = false;
    for (const instance of instances) {
      const now = gone.has(instance) ? null : await instance.shards();
      if (isOver()) return [];
      if (now === null || gone.has(instance)) continue;
      changed ||= shares.get(instance) !== now;
      shares.set(instance, now);
    }
    const live = instances.filter((instance) => !gone.has(instance));
    if (live.length === 0) return [];
    const all = live.find((instance) => shares.get(instance) === shardCount);
    const [lostAt] = ends;
    if (lostAt !== undefined && all !== undefined) {
      told.taken(all, performance.now() - lostAt);
      return live;
    }
    if (changed && lostAt === undefined) told.shares(live.map((one) => [one, shares.get(one) ?? 0]));
    await pause(everyMs);
  }
}
