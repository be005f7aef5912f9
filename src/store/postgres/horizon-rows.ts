import { horizonsOf } from '../horizons.js';
import type { Database, Sql } from './database.js';

/** What SQLite deletes row by row is hidden here until its partition is dropped: results that are not healthy, and their texts. */
export type AllHorizons = ReturnType<typeof horizonsOf> & {
  readonly failures: number;
  readonly details: number;
};

/** The time before which data are deleted or hidden; it never goes back, even when retention is made longer. */
export async function readHorizons(database: Database, sql: Sql): Promise<AllHorizons> {
  const { rows } = await sql.run<{ name: string; since: number }>(
    `SELECT name, since FROM ${database.table('horizon')}`,
    [],
  );
  const pairs = rows.map(({ name, since }) => [name, since] as const);
  const since = new Map(pairs);
  return {
    ...horizonsOf(pairs),
    failures: since.get('failures') ?? 0,
    details: since.get('details') ?? 0,
  };
}

/** Moves horizons forward, before any deletion, so that no answer relies on deleted rows. */
export async function advanceHorizons(
  database: Database,
  sql: Sql,
  limits: Readonly<Record<string, number>>,
): Promise<void> {
  await sql.run(
    `INSERT INTO ${database.table('horizon')} AS stored (name, since) SELECT * FROM unnest($1::text[], $2::int8[])
      ON CONFLICT (name) DO UPDATE SET since = greatest(stored.since, excluded.since)`,
    [Object.keys(limits), Object.values(limits)],
  );
}
