import { dayMs, hourMs } from '../../domain/period.js';
import type { Interval } from '../../domain/state.js';
import { inMaintenance, type CheckRow } from '../rows/check-row.js';
import {
  costAt,
  figureNames,
  histogramNames,
  rollupValues,
  sumNames,
  type RollupRow,
} from '../rows/rollup-row.js';
import { columnsOf, unnest } from '../postgres/columns.js';
import { connect, type ConnectionOptions, type Database, type Sql } from '../postgres/database.js';
import { described, isFailure } from '../postgres/failure.js';
import { readHorizons } from '../postgres/horizon-rows.js';
import { requireAlone } from '../postgres/in-use.js';
import { requireSchema } from '../postgres/migrations.js';
import { prepareTimeline } from '../postgres/read/timeline-query.js';
import { answerOf, readOver, type Reading } from '../read/reading.js';
import { eachCheck } from './postgres-export.js';
import { rebuildAll, type Rebuilt, type RebuildOptions, type RebuildSource } from './rebuilding.js';

interface PostgresOptions extends RebuildOptions {
  readonly connection: ConnectionOptions;
  readonly migrationsDir: string;
}

const tableOf = { hours: 'hour_rollup', days: 'day_rollup' } as const;

/** The reads and the repair on one connection, or on any for what needs no single state of the database. */
function sourceOn(database: Database, sql: Sql, locks = false): RebuildSource {
  const table = (name: string): string => database.table(name);
  const names = figureNames;
  const sums = `${sumNames.map((name) => `coalesce(${name}, 0) AS ${name}`).join(', ')}, cost, ${histogramNames.join(', ')}`;
  const timeline = prepareTimeline({ ...database, run: sql.run.bind(sql) });

  function* rows<Row extends object>(text: string, ...values: unknown[]): Reading<Row[]> {
    return (yield* answerOf(sql.run<Row & Record<string, unknown>>(text, values))).rows;
  }
  function* eachResult(key: number, since: number, take: (row: CheckRow) => void): Reading<void> {
    const horizons = yield* answerOf(readHorizons(database, sql));
    yield* answerOf(eachCheck(database, sql, { key, since }, horizons, take));
  }

  return {
    models: () => rows(`SELECT key, id FROM ${table('model')} ORDER BY key`),
    atOnce(work, changes) {
      const within = changes ? database.transaction : database.snapshot;
      return answerOf(within((moment) => readOver(work(sourceOn(database, moment, changes)))));
    },
    *model(key) {
      // Locked by a repair as by a write, which then waits for it.
      const [row] = yield* rows<{ id: string; health: string | null }>(
        `SELECT id, health FROM ${table('model')} WHERE key = $1 ${locks ? 'FOR NO KEY UPDATE' : ''}`,
        key,
      );
      return row;
    },
    horizons: () => answerOf(readHorizons(database, sql)),
    rollups: (level, key, since) =>
      rows<RollupRow & { readonly span: number }>(
        `SELECT span, ${sums} FROM ${table(tableOf[level])} WHERE model = $1 AND span >= $2::int8`,
        key,
        since,
      ),
    eachResult,
    states: (key) =>
      rows(`SELECT starts, state FROM ${table('state')} WHERE model = $1 ORDER BY starts`, key),
    *incidents(key) {
      const found = yield* rows<Record<string, number>>(
        `SELECT opened_at, closed_at, reason, blame, checks_failed FROM ${table('incident')} WHERE model = $1
          ORDER BY opened_at`,
        key,
      );
      return found.map(
        ({ opened_at: openedAt = 0, closed_at: closedAt, reason = 0, blame, checks_failed: failed = 0 }) => [
          openedAt,
          closedAt ?? null,
          reason,
          blame ?? null,
          failed,
        ],
      );
    },
    *eachOutcome(key, since, take) {
      yield* eachResult(key, since, ({ slot, outcome, reason, flags }) => {
        take([slot, outcome, reason, flags]);
      });
    },
    *uncounted(key, since) {
      const counts = new Map<number, number>();
      const add = (hour: number, count: number): void =>
        void counts.set(hour, (counts.get(hour) ?? 0) + count);
      const hours = yield* rows<{ hour: number; counted: number }>(
        `SELECT span AS hour, coalesce(healthy, 0) + coalesce(degraded, 0) + coalesce(unhealthy, 0) + coalesce(unknown, 0)
          AS counted FROM ${table('hour_rollup')} WHERE model = $1 AND span >= $2::int8`,
        key,
        Math.ceil(since / hourMs),
      );
      for (const { hour, counted } of hours) add(hour, counted);
      yield* eachResult(key, since, ({ slot, flags }) => {
        if ((flags & inMaintenance) === 0) add(Math.floor(slot / hourMs), -1);
      });
      return [...counts].filter(([, count]) => count !== 0).map(([hour]) => hour);
    },
    epochs: (key) => answerOf(timeline.epochs(key)),
    gaps: (key) => answerOf(timeline.gaps(key)),
    maintenance: (key, from): Reading<readonly Interval[]> =>
      answerOf(timeline.maintenance(key, from, Infinity)),
    points: (key, from) => answerOf(timeline.points(key, from, Infinity)),
    *mend(key, { table: level, from, right }) {
      const span = from / (level === 'hours' ? hourMs : dayMs);
      const values = rollupValues([key, span], right).map((value, at) =>
        value === 0 && at !== costAt + 2 ? null : value,
      );
      const types = [
        'int4',
        'int4',
        ...sumNames.map(() => 'int8'),
        'int8',
        ...histogramNames.map(() => 'bytea'),
      ];
      yield* answerOf(
        sql.run(
          `INSERT INTO ${table(tableOf[level])} (model, span, ${names.join(', ')}) SELECT * FROM ${unnest(types)}
            ON CONFLICT (model, span) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
          columnsOf([[key, span, ...values.slice(2)]], types.length),
        ),
      );
    },
    isFailure,
  };
}

async function rebuilt(options: PostgresOptions, repairs: boolean): Promise<Rebuilt> {
  const database = await connect(options.connection);
  try {
    await requireSchema(database, options.migrationsDir);
    if (repairs) await requireAlone(database);
    return await described(database.shown, () =>
      readOver(rebuildAll(sourceOn(database, database), options, repairs)),
    );
  } finally {
    await database.close();
  }
}

/**
 * Compares hours and days with results and states, and the time line with its replay; instances may write meanwhile. Rejects
 * with StoreError.
 */
export function checkPostgresRollups(options: PostgresOptions): Promise<Rebuilt> {
  return rebuilt(options, false);
}

/**
 * Recomputes hours and days from results and states, while no instance runs; a write of the same model waits. The time line is
 * compared with its replay and stays as it was told. Rejects with StoreError, `locked` while an instance uses the schema.
 */
export function rebuildPostgresRollups(options: PostgresOptions): Promise<Rebuilt> {
  return rebuilt(options, true);
}
