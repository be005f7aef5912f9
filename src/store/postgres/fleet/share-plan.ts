import { shardCount } from '../../fleet-port.js';
import { overdueMs, restMs } from './lease-times.js';

/** A shard as the database has it. */
export interface ShardRow {
  readonly id: number;
  readonly owner: string | null;
  /** ms of the database's clock: the end of the lease; -Infinity for one that was given back. */
  readonly until: number;
  /** ms of the database's clock: when the owner was set; -Infinity for never. */
  readonly movedAt: number;
}

/** What an instance does about its share; at most one of both. */
export interface SharePlan {
  /** Shards to give back. */
  readonly give: readonly number[];
  /** How many free or expired shards to claim at most. */
  readonly claim: number;
}

/**
 * Shares of all live instances: 256 in equal parts, and one more for as many as the rest allows. Those that own most have the
 * greater shares, so that no shard moves without need.
 */
export function sharesOf(live: ReadonlySet<string>, shards: readonly ShardRow[]): Map<string, number> {
  const held = new Map([...live].map((id) => [id, 0]));
  for (const { owner } of shards) {
    const count = owner === null ? undefined : held.get(owner);
    if (owner !== null && count !== undefined) held.set(owner, count + 1);
  }
  const ranked = [...held].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1));
  const least = Math.floor(shardCount / ranked.length);
  const rest = shardCount % ranked.length;
  return new Map(ranked.map(([id], rank) => [id, least + (rank < rest ? 1 : 0)]));
}

/**
 * What the instance `own` does to come to its share. `now` is in ms of the database's clock. A shard that moved within the last minute is
 * not given back; one whose owner died moves all the same, and beyond the share when nobody claims it.
 */
export function planShare(
  own: string,
  live: readonly string[],
  shards: readonly ShardRow[],
  now: number,
): SharePlan {
  const share = sharesOf(new Set([...live, own]), shards).get(own) ?? 0;
  const mine = shards.filter(({ owner }) => owner === own);
  const over = mine.length - share;
  const overdue = shards.filter(
    ({ owner, until }) => owner !== null && owner !== own && until < now - overdueMs,
  ).length;
  if (overdue > 0) return { give: [], claim: Math.max(-over, overdue) };
  if (over <= 0) return { give: [], claim: -over };
  const rested = mine.filter(({ movedAt }) => now - movedAt >= restMs).map(({ id }) => id);
  return { give: rested.slice(-over), claim: 0 };
}
