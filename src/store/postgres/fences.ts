import type { ShardFence } from '../fleet-port.js';
import { FencedError } from '../store-error.js';
import type { Database, Sql } from './database.js';

/** Locks the shards, so that nobody takes them over before the commit. Rejects with FencedError. */
export type RequireFences = (sql: Sql, fences: readonly ShardFence[]) => Promise<void>;

export function prepareFences(database: Database): RequireFences {
  return async (sql, fences) => {
    if (fences.length === 0) return;
    // Who claims a shard locks it FOR UPDATE, which waits; the renewal of a lease does not conflict.
    const { rows } = await sql.run<{ id: number; fence: string }>(
      `SELECT id, fence::text FROM ${database.table('shard')} WHERE id = ANY($1::int2[]) ORDER BY id FOR KEY SHARE`,
      [fences.map(({ shard }) => shard)],
    );
    const stored = new Map(rows.map(({ id, fence }) => [id, fence]));
    const lost = fences.filter(({ shard, fence }) => stored.get(shard) !== String(fence));
    if (lost.length > 0) throw new FencedError(lost.map(({ shard }) => shard));
  };
}
