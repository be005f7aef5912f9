import { limitsAt, type Limits, type Retention } from '../../horizons.js';
import { dayMs } from '../../../domain/period.js';
import { outcomeSql } from '../check-columns.js';
import type { Database } from '../database.js';
import { advanceHorizons } from '../horizon-rows.js';
import { isLockTimeout } from '../failure.js';
import { schemaLock } from '../migrations.js';
import {
  addCheckPartition,
  attachCheckPartition,
  dayOf,
  partitionsOf,
  type Partition,
  type Partitions,
} from '../partitions.js';
import { hasHistorySql } from '../registry.js';

/** Rows of one transaction. */
const batchSize = 2_000;
/** Longest wait for the lock on a table, during which all others wait too. */
const lockWaitMs = 200;
/** ms after which a table is tried again that a long read has held, as an export does. */
const heldMs = 60_000;

type Piece = () => Promise<unknown>;

/** Drops partitions, or what of them is healthy. */
function preparePartitionPrune(database: Database) {
  const changing = (work: Parameters<Database['transaction']>[0]): Promise<unknown> =>
    database.transaction(async (sql) => {
      await sql.run(`SET LOCAL lock_timeout = ${lockWaitMs}`);
      await sql.run(`SELECT pg_advisory_xact_lock(${schemaLock})`);
      await work(sql);
    });
  const drop = (name: string): Promise<unknown> =>
    changing((sql) => sql.run(`DROP TABLE IF EXISTS ${database.table(name)}`));

  /** Another partition with the results that are not healthy takes the place of the day's. */
  const slim = ({ name, from, place }: Partition): Promise<unknown> =>
    changing(async (sql) => {
      const kept = name.replace('check', 'kept');
      const [table, parent] = [database.table(name), database.table('check_result')];
      // Another instance may have done it meanwhile.
      const there = await partitionsOf(database, sql, 'check_result');
      if (!there.some((each) => each.name === name)) return;
      await addCheckPartition(database, sql, kept);
      // Writers wait from here on, so that no row is left behind.
      await sql.run(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
      await sql.run(`INSERT INTO ${database.table(kept)} SELECT * FROM ${table} WHERE ${outcomeSql} <> 0`);
      await sql.run(`ALTER TABLE ${parent} DETACH PARTITION ${table}`);
      await sql.run(`DROP TABLE ${table}`);
      await attachCheckPartition(database, sql, { name: kept, day: dayOf(from), place });
    });

  return async function* (limits: Limits): AsyncGenerator<Piece> {
    for (const day of await partitionsOf(database, database, 'check_result')) {
      if (day.to <= limits.failures) yield () => drop(day.name);
      else if (day.whole && day.to <= limits.checks) yield () => slim(day);
    }
    for (const month of await partitionsOf(database, database, 'hour_rollup')) {
      if (month.to <= limits.hours) yield () => drop(month.name);
    }
  };
}

/** Deletes rows of the other tables, in bounded pieces. */
function prepareRowPrune(database: Database) {
  const table = (name: string): string => database.table(name);
  const run = async (text: string, values: readonly unknown[]): Promise<number> => {
    const { changes } = await database.transaction((sql) => sql.run(text, values));
    return changes;
  };
  /** Repeated until a run deletes less than a batch. */
  function* before(name: string, column: string, limit: number): Generator<Piece> {
    let last = batchSize;
    while (last >= batchSize)
      yield async () => {
        last = await run(
          `DELETE FROM ${table(name)} WHERE ctid IN (SELECT ctid FROM ${table(name)} WHERE ${column} < $1 LIMIT ${batchSize})`,
          [limit],
        );
      };
  }
  /** All before the one that is in force at the limit. */
  const beforeInForce = (name: string, keys: readonly number[], limit: number) =>
    run(
      `DELETE FROM ${table(name)} AS stored USING (
          SELECT key, (SELECT max(starts) FROM ${table(name)} WHERE model = key AND starts <= $2) AS since
          FROM unnest($1::int4[]) AS key) AS kept
        WHERE stored.model = kept.key AND stored.starts < kept.since`,
      [keys, limit],
    );
  // Their rows in the tables of results and hours are beyond retention, and go with their partitions.
  const retired = (limits: Limits) =>
    run(
      `DELETE FROM ${table('model')} WHERE key IN (SELECT key FROM ${table('model')}
        WHERE retired_at < (CASE WHEN ${hasHistorySql(database, 'key')} THEN $1::int8 ELSE $2::int8 END)
        ORDER BY key LIMIT 20 FOR UPDATE) AND retired_at IS NOT NULL`,
      [limits.days, limits.checks],
    );

  return async function* (limits: Limits): AsyncGenerator<Piece> {
    yield* before('gap', 'slot', limits.checks);
    yield* before('day_rollup', 'span', limits.days / dayMs);
    yield* before('maintenance', 'ends', limits.days);
    yield* before('exclusion', 'ends', limits.days);
    yield* before('incident', 'closed_at', limits.days);
    yield* before('notice', 'at', limits.outbox);
    yield* before('message', 'ended_at', limits.outbox);
    yield* before('vendor_incident', 'coalesce(resolved_at, seen_at)', limits.days);
    const { rows } = await database.run<{ key: number }>(
      `SELECT key FROM ${table('model')} ORDER BY key`,
      [],
    );
    for (let at = 0; at < rows.length; at += 250) {
      const keys = rows.slice(at, at + 250).map(({ key }) => key);
      yield () => beforeInForce('state', keys, limits.days);
      yield () => beforeInForce('epoch', keys, limits.checks);
    }
    let last = 1;
    while (last > 0)
      yield async () => {
        last = await retired(limits);
      };
  };
}

/** Prepares deletion by retention: each call runs one bounded piece and tells whether more is left. */
export function preparePrune(
  database: Database,
  partitions: Partitions,
  retention: () => Retention,
): (now: number) => Promise<boolean> {
  const partitionPieces = preparePartitionPrune(database);
  const rowPieces = prepareRowPrune(database);
  let done = '';
  let triedAgainAt = -Infinity;

  async function* pieces(now: number): AsyncGenerator<Piece> {
    const limits = limitsAt(now, retention());
    if (JSON.stringify(limits) === done || now < triedAgainAt) return;
    let isHeld = false as boolean;
    const { checks, hours, days, failures, details } = limits;
    yield async () => {
      await partitions.ensure({ slots: [now], hours: [now, now + dayMs] });
      await database.transaction((sql) =>
        advanceHorizons(database, sql, { checks, hours, days, failures, details }),
      );
    };
    for await (const piece of partitionPieces(limits))
      yield async () => {
        if (isHeld) return;
        try {
          await piece();
        } catch (error) {
          if (!isLockTimeout(error)) throw error;
          isHeld = true;
        }
      };
    partitions.forget();
    yield* rowPieces(limits);
    if (isHeld) {
      triedAgainAt = now + heldMs;
      return;
    }
    yield () => database.transaction((sql) => advanceHorizons(database, sql, { swept: checks }));
    done = JSON.stringify(limits);
  }

  let running: AsyncGenerator<Piece> | null = null;
  return async (now) => {
    running ??= pieces(now);
    try {
      const next = await running.next();
      if (next.done === true) {
        running = null;
        return false;
      }
      await next.value();
      return true;
    } catch (error) {
      running = null;
      throw error;
    }
  };
}
