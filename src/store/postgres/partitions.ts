import { dayMs, hourMs } from '../../domain/period.js';
import { earliestTime, latestTime } from '../../domain/time.js';
import { firstDay } from './check-columns.js';
import type { Database, Sql } from './database.js';
import { schemaLock } from './migrations.js';

/** A part of a partitioned table, by the time it covers: [from, to) in Unix ms. */
export interface Partition {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly place: number;
  /** False for a day of which only results that are not healthy are left. */
  readonly whole: boolean;
}

/** Months and days in a name: `check_20260301`, with the place where it is not 0, `hour_202603`. */
const stamp = (time: number, length: number): string =>
  new Date(time).toISOString().replaceAll('-', '').slice(0, length);

export const dayOf = (time: number): number => Math.floor(time / dayMs) - firstDay;
export const startOf = (day: number): number => (day + firstDay) * dayMs;

const clamp = (time: number): number => Math.min(latestTime, Math.max(earliestTime, time));

function monthOf(time: number): { from: number; to: number } {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) };
}

/** Times of `check_…` and `hour_…` from the name of the partition; null for a table that is neither. */
function partitionOf(name: string): Partition | null {
  const [, kind, year, month, day, place] =
    /^(check|kept|hour)_(\d{4})(\d\d)(\d\d)?(?:_(\d+))?$/.exec(name) ?? [];
  if (kind === undefined) return null;
  const from = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
  const to = kind === 'hour' ? monthOf(from).to : from + dayMs;
  return { name, from, to, place: Number(place ?? 0), whole: kind !== 'kept' };
}

/** The partitions of a table, by time. */
export async function partitionsOf(
  database: Database,
  sql: Sql,
  parent: 'check_result' | 'hour_rollup',
): Promise<Partition[]> {
  const { rows } = await sql.run<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass($1)`,
    [database.table(parent)],
  );
  return rows
    .map(({ name }) => partitionOf(name))
    .filter((partition) => partition !== null)
    .sort((a, b) => a.from - b.from);
}

/** Makes the table of a partition of results, which nobody sees yet. */
export async function addCheckPartition(database: Database, sql: Sql, name: string): Promise<void> {
  const [table, parent] = [database.table(name), database.table('check_result')];
  await sql.run(`CREATE TABLE ${table} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING STORAGE)`);
  // No primary key, which would need all columns that partitions are divided by, and so twice the bytes.
  await sql.run(`CREATE UNIQUE INDEX ON ${table} (model, slot) WITH (fillfactor = 100)`);
}

/** Shows the partition as part of `check_result`; takes no lock that a write or a read waits for. */
export async function attachCheckPartition(
  database: Database,
  sql: Sql,
  { name, day, place }: { readonly name: string; readonly day: number; readonly place: number },
): Promise<void> {
  await sql.run(
    `ALTER TABLE ${database.table('check_result')} ATTACH PARTITION ${database.table(name)}
      FOR VALUES FROM (${day}, ${place}) TO (${day}, ${place + 1})`,
  );
}

export interface Partitions {
  /** Makes the partitions that results at `slots` and hours at `hours` (Unix ms) need, and those of the days after. */
  ensure(need: { readonly slots: Iterable<number>; readonly hours: Iterable<number> }): Promise<void>;
  /** Looks again which there are: another instance may have dropped some. */
  forget(): void;
}

/**
 * Makes partitions when they are first needed, and a day ahead. A transaction that has used the parent does not see those that another
 * one makes: it has to make them itself, by `transaction`.
 */
export function createPartitions(
  database: Database,
  place = 0,
  transaction: (work: (sql: Sql) => Promise<void>) => Promise<void> = (work) => database.transaction(work),
): Partitions {
  const known = new Set<string>();
  const suffix = place === 0 ? '' : `_${place}`;
  const checkName = (day: number): string => `check_${stamp(startOf(day), 8)}${suffix}`;
  const hourName = (time: number): string => `hour_${stamp(time, 6)}`;

  async function make(days: ReadonlySet<number>, months: ReadonlySet<number>): Promise<void> {
    await transaction(async (sql) => {
      await sql.run(`SELECT pg_advisory_xact_lock(${schemaLock})`);
      const there = new Set(
        [
          ...(await partitionsOf(database, sql, 'check_result')),
          ...(await partitionsOf(database, sql, 'hour_rollup')),
        ].map(({ name }) => name),
      );
      for (const day of days) {
        const name = checkName(day);
        if (there.has(name) || there.has(name.replace('check', 'kept'))) continue;
        await addCheckPartition(database, sql, name);
        await attachCheckPartition(database, sql, { name, day, place });
      }
      for (const time of months) {
        const { from, to } = monthOf(time);
        const [name, parent] = [database.table(hourName(time)), database.table('hour_rollup')];
        if (there.has(hourName(time))) continue;
        await sql.run(
          `CREATE TABLE ${name} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING STORAGE) WITH (fillfactor = 80)`,
        );
        await sql.run(`ALTER TABLE ${name} ADD PRIMARY KEY (model, span)`);
        await sql.run(
          `ALTER TABLE ${parent} ATTACH PARTITION ${name} FOR VALUES FROM (${from / hourMs}) TO (${to / hourMs})`,
        );
      }
    });
    for (const day of days) known.add(checkName(day));
    for (const time of months) known.add(hourName(time));
  }

  return {
    async ensure({ slots, hours }) {
      const days = new Set<number>();
      const months = new Set<number>();
      for (const slot of slots) {
        const day = dayOf(clamp(slot));
        if (known.has(checkName(day))) continue;
        days.add(day);
        days.add(day + 1);
      }
      for (const hour of hours) {
        const { from } = monthOf(clamp(hour));
        if (!known.has(hourName(from))) months.add(from);
      }
      if (days.size + months.size > 0) await make(days, months);
    },
    forget: () => known.clear(),
  };
}
