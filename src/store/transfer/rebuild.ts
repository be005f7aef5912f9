import type { Database } from 'better-sqlite3';
import { dayMs, hourMs } from '../../domain/period.js';
import { given, readNow, type Reading } from '../read/reading.js';
import { inMaintenance, plainColumns, type CheckRow } from '../rows/check-row.js';
import { rollupValues, type RollupRow } from '../rows/rollup-row.js';
import { openExisting, requireFile } from '../sqlite/file/database.js';
import { codeOf, describe } from '../sqlite/file/failure.js';
import { openLoneWriter } from '../sqlite/lone-writer.js';
import { prepareTimeline } from '../sqlite/read/timeline-query.js';
import { prepareHorizons } from '../sqlite/rows/horizon-row.js';
import { upsertRollup } from '../sqlite/rows/rollup-sql.js';
import { StoreError } from '../store-error.js';
import { rebuildAll, type Rebuilt, type RebuildOptions, type RebuildSource } from './rebuilding.js';
import { replayAll, type IncidentRow, type OutcomeRow, type Replayed, type ReplayOptions } from './replay.js';

interface FileOptions extends RebuildOptions {
  readonly path: string;
  readonly migrationsDir: string;
}

/** A model, and a time in Unix ms. */
interface Place {
  readonly key: number;
  readonly since: number;
}

function prepare(database: Database) {
  const rollups = (table: 'hours' | 'days') =>
    database.prepare<[number, number], RollupRow & { span: number }>(
      `SELECT * FROM ${table} WHERE model = ? AND span >= ?`,
    );
  return {
    rollups: { hours: rollups('hours'), days: rollups('days') },
    results: database.prepare<[number, number], CheckRow>(
      `SELECT ${plainColumns} FROM checks WHERE model = ? AND slot >= ?`,
    ),
    states: database.prepare<[number], { starts: number; state: number }>(
      'SELECT starts, state FROM states WHERE model = ? ORDER BY starts',
    ),
    models: database.prepare<[], { key: number; id: string }>('SELECT key, id FROM models ORDER BY key'),
    model: database.prepare<[number], { id: string; health: string | null }>(
      'SELECT id, health FROM models WHERE key = ?',
    ),
    incidents: database
      .prepare<[number], IncidentRow>(
        `SELECT opened_at, closed_at, reason, blame, checks_failed FROM incidents WHERE model = ? ORDER BY opened_at`,
      )
      .raw(),
    outcomes: database
      .prepare<[number, number], OutcomeRow>(
        'SELECT slot, outcome, reason, flags FROM checks WHERE model = ? AND slot >= ? ORDER BY slot',
      )
      .raw(),
    uncounted: database
      .prepare<[Place], number>(
        `SELECT hour FROM (
          SELECT span AS hour, healthy + degraded + unhealthy + unknown AS counted FROM hours
            WHERE model = @key AND span >= @since / ${hourMs}
          UNION ALL
          SELECT slot / ${hourMs}, -count(*) FROM checks
            WHERE model = @key AND slot >= @since AND flags & ${inMaintenance} = 0 GROUP BY 1
        ) GROUP BY hour HAVING total(counted) <> 0`,
      )
      .pluck(),
  };
}

function prepareMend(database: Database): RebuildSource['mend'] {
  const prepareTable = (table: 'hours' | 'days') => ({
    remove: database.prepare(`DELETE FROM ${table} WHERE model = ? AND span = ?`),
    insert: database.prepare(upsertRollup(table)),
  });
  return (key, { table, from, right }) => {
    const { remove, insert } = prepareTable(table);
    const span = from / (table === 'hours' ? hourMs : dayMs);
    remove.run(key, span);
    insert.run(rollupValues([key, span], right));
    return given(undefined);
  };
}

function sourceOf(database: Database): RebuildSource {
  const statements = prepare(database);
  const timeline = prepareTimeline(database);
  const horizons = prepareHorizons(database);
  const run = database.transaction((work: () => unknown) => work());
  const source: RebuildSource = {
    models: () => given(statements.models.all()),
    atOnce<Result>(work: (moment: RebuildSource) => Reading<Result>, changes: boolean) {
      let result: Result | undefined;
      const all = (): void => void (result = readNow(work(source)));
      if (changes) run.immediate(all);
      else run.deferred(all);
      // Either it is there, or the work threw.
      return given(result as Result);
    },
    model: (key) => given(statements.model.get(key)),
    horizons: () => given(horizons()),
    rollups: (level, key, since) => given(statements.rollups[level].all(key, since)),
    eachResult(key, since, take) {
      for (const row of statements.results.iterate(key, since)) take(row);
      return given(undefined);
    },
    states: (key) => given(statements.states.iterate(key)),
    incidents: (key) => given(statements.incidents.all(key)),
    eachOutcome(key, since, take) {
      for (const row of statements.outcomes.iterate(key, since)) take(row);
      return given(undefined);
    },
    uncounted: (key, since) => given(statements.uncounted.all({ key, since })),
    epochs: (key) => given(timeline.epochs(key)),
    gaps: (key) => given(timeline.gaps(key)),
    maintenance: (key, from) => given(timeline.maintenance(key, from, Number.MAX_SAFE_INTEGER)),
    points: (key, from) => given(timeline.points(key, from, Number.MAX_SAFE_INTEGER)),
    mend: prepareMend(database),
    isFailure: (error) => codeOf(error) !== null,
  };
  return source;
}

/** Replays the time line of each model of an open file. */
export function replayTimelines(database: Database, options: ReplayOptions): Replayed {
  return readNow(replayAll(sourceOf(database), options));
}

/**
 * Compares hours and days with results and states, and the time line with its replay; a daemon may write meanwhile.
 * Throws StoreError.
 */
export function checkRollups(options: FileOptions): Rebuilt {
  const database = openExisting(options.path, options.migrationsDir);
  try {
    // Pages that no sum reads, such as those of an index, would not be checked otherwise.
    const said = database.pragma('quick_check(1)', { simple: true });
    if (said !== 'ok') throw new StoreError('damaged', `${options.path} is damaged: ${String(said)}`);
    return readNow(rebuildAll(sourceOf(database), options, false));
  } catch (error) {
    throw describe(error, options.path);
  } finally {
    database.close();
  }
}

/**
 * Recomputes hours and days from results and states, while no daemon runs. The time line is compared with its replay and
 * stays as it was told. Throws StoreError.
 */
export function rebuildRollups(options: FileOptions): Rebuilt {
  requireFile(options.path);
  const { database, close } = openLoneWriter(options.path, options.migrationsDir);
  try {
    return readNow(rebuildAll(sourceOf(database), options, true));
  } catch (error) {
    throw describe(error, options.path);
  } finally {
    close();
  }
}
