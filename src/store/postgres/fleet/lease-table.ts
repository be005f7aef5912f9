import type { Announcement, Instance, ShardFence } from '../../fleet-port.js';
import { textOf } from '../columns.js';
import type { Database, Sql } from '../database.js';
import type { OwnedRow } from './held-shards.js';
import { liveSql, untilSql } from './lease-times.js';
import type { ShardRow } from './share-plan.js';

/** What the plan of the shares is made of. */
export interface Survey {
  /** ms of the database's clock. */
  readonly now: number;
  /** Ids of live instances. */
  readonly live: readonly string[];
  readonly shards: readonly ShardRow[];
}

/** The statements about leases; all reject with StoreError. All times are the database's. */
export interface LeaseTable {
  /** Renews the instance and all shards that are still its own, also expired ones; returns these. */
  renew(announced: Announcement): Promise<OwnedRow[]>;
  survey(): Promise<Survey>;
  /** Claims up to `most` free or expired shards from `first` to `last`. */
  claim(most: number, first: number, last: number): Promise<OwnedRow[]>;
  /** Renews one shard; false when it has another fence or owner. */
  keep(shard: ShardFence): Promise<boolean>;
  /** Frees shards that have the fences still; returns how many. */
  give(shards: readonly ShardFence[]): Promise<number>;
  /** Frees all shards of models, and removes the instance. */
  leave(): Promise<void>;
  instances(): Promise<Instance[]>;
  isLive(id: string): Promise<boolean>;
}

const msOf = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::float8`;
/** A free shard keeps its fence, which grows when it is claimed. */
const freed = `owner = NULL, until = '-infinity'`;

/**
 * Prepares the statements of the instance `own`. Who claims locks the rows FOR UPDATE and passes over those of a write that is under way, which
 * locks them FOR KEY SHARE; a renewal conflicts with neither, so a slow write holds up no renewal.
 */
export function prepareLeaseTable(database: Database, own: string): LeaseTable {
  const [shard, instance] = [database.table('shard'), database.table('instance')];
  const change = <Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> => database.transaction(work);

  return {
    renew: ({ address, configDigest, generation }) =>
      change(async (sql) => {
        const { rows } = await sql.run<{ id: number; fence: number }>(
          `WITH known AS (
            INSERT INTO ${instance} AS i (id, started, seen, address, config_digest, generation)
              VALUES ($1, now(), now(), $2, $3, $4)
              ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, address = excluded.address,
                config_digest = excluded.config_digest, generation = excluded.generation
          ), forgotten AS (
            DELETE FROM ${instance} WHERE seen < now() - interval '1 day' AND id <> $1
          )
          UPDATE ${shard} SET until = ${untilSql} WHERE owner = $1 AND id >= 0 RETURNING id, fence`,
          [own, address && textOf(address), configDigest && textOf(configDigest), generation],
        );
        return rows;
      }),
    async survey() {
      const { rows: live } = await database.run<{ id: string; now: number }>(
        `SELECT id, ${msOf('now()')} AS now FROM ${instance} WHERE ${liveSql}`,
        [],
      );
      const { rows: shards } = await database.run<{
        id: number;
        owner: string | null;
        until: number;
        movedAt: number;
      }>(
        `SELECT id, owner, ${msOf('until')} AS until, ${msOf('moved_at')} AS "movedAt" FROM ${shard} WHERE id >= 0 ORDER BY id`,
        [],
      );
      return { now: live[0]?.now ?? -Infinity, live: live.map(({ id }) => id), shards };
    },
    claim: (most, first, last) =>
      change(async (sql) => {
        const { rows } = await sql.run<{ id: number; fence: number }>(
          `WITH free AS (
            SELECT id FROM ${shard} WHERE id BETWEEN $3 AND $4 AND until < now() ORDER BY id LIMIT $2
              FOR UPDATE SKIP LOCKED
          )
          UPDATE ${shard} s SET owner = $1, fence = s.fence + 1, until = ${untilSql}, moved_at = now()
            FROM free WHERE s.id = free.id RETURNING s.id, s.fence`,
          [own, most, first, last],
        );
        return rows;
      }),
    keep: ({ shard: id, fence }) =>
      change(async (sql) => {
        const { changes } = await sql.run(
          `UPDATE ${shard} SET until = ${untilSql} WHERE id = $1 AND owner = $2 AND fence = $3`,
          [id, own, String(fence)],
        );
        return changes > 0;
      }),
    give: (shards) =>
      change(async (sql) => {
        const { changes } = await sql.run(
          `UPDATE ${shard} s SET ${freed} FROM unnest($2::int2[], $3::int8[]) AS given (id, fence)
            WHERE s.id = given.id AND s.fence = given.fence AND s.owner = $1`,
          [own, shards.map((one) => one.shard), shards.map(({ fence }) => String(fence))],
        );
        return changes;
      }),
    leave: () =>
      change(async (sql) => {
        await sql.run(
          `WITH gone AS (DELETE FROM ${instance} WHERE id = $1)
          UPDATE ${shard} SET ${freed} WHERE owner = $1 AND id >= 0`,
          [own],
        );
      }),
    async instances() {
      const { rows } = await database.run<Instance>(
        `SELECT id, ${msOf('started')} AS "startedAt", ${msOf('seen')} AS "seenAt", address,
            config_digest AS "configDigest", generation,
            ARRAY(SELECT s.id FROM ${shard} s WHERE s.owner = i.id AND s.id >= 0 ORDER BY s.id) AS shards
          FROM ${instance} i WHERE ${liveSql} ORDER BY started, id`,
        [],
      );
      return rows;
    },
    async isLive(id) {
      const { rows } = await database.run(`SELECT 1 FROM ${instance} WHERE id = $1 AND ${liveSql}`, [
        textOf(id),
      ]);
      return rows.length > 0;
    },
  };
}
