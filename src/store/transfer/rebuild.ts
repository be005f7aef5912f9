import type { Database } from 'better-sqlite3';
import { dayMs, hourMs } from '../../domain/rollup.js';
import { openExisting, requireFile } from '../sqlite/existing-file.js';
import { describe } from '../sqlite/failure.js';
import { prepareHorizons } from '../horizons.js';
import { openLoneWriter } from '../sqlite/lone-writer.js';
import type { MemoryReading } from '../model-memory.js';
import { prepareRecount, type Pair, type Recount } from './rebuild-model.js';
import { mismatchesOf, type Mismatch } from '../sqlite/rebuild-row.js';
import { rollupValues, upsertRollup } from '../sqlite/rollup-row.js';
import { StoreError } from '../store-error.js';

/** A row of hours or days that was wrong. */
export interface WrongRow {
  readonly model: string;
  readonly table: Pair['table'];
  /** Unix ms of its beginning. */
  readonly from: number;
  readonly mismatches: readonly Mismatch[];
}

export interface Rebuilt {
  /** Rows looked at. */
  readonly rows: number;
  readonly wrong: number;
  readonly givenUp: Recount['givenUp'];
}

export interface RebuildOptions {
  readonly path: string;
  readonly migrationsDir: string;
  readonly memory: MemoryReading;
  /** Told of each row that was wrong, those of a model by time. */
  readonly found: (row: WrongRow) => void;
}

function prepareMend(database: Database): (key: number, pair: Pair) => void {
  const prepare = (table: Pair['table']) => ({
    remove: database.prepare(`DELETE FROM ${table} WHERE model = ? AND span = ?`),
    insert: database.prepare(upsertRollup(table)),
  });
  const tables = { hours: prepare('hours'), days: prepare('days') };
  return (key, { table, from, right }) => {
    const span = from / (table === 'hours' ? hourMs : dayMs);
    tables[table].remove.run(key, span);
    tables[table].insert.run(rollupValues([key, span], right));
  };
}

/** Counts each model again in a transaction of its own; `mend` is null where nothing is to be written. */
function recountAll(
  database: Database,
  { memory, found }: RebuildOptions,
  mend: ((key: number, pair: Pair) => void) | null,
): Rebuilt {
  const keys = database.prepare<[], number>('SELECT key FROM models ORDER BY key').pluck().all();
  const model = database.prepare<[number], { id: string; health: string | null }>(
    'SELECT id, health FROM models WHERE key = ?',
  );
  const horizons = prepareHorizons(database);
  const recount = prepareRecount(database);
  const one = database.transaction((key: number): { id: string; recount: Recount } | null => {
    const row = model.get(key);
    const known = JSON.parse(row?.health ?? 'null') as unknown;
    if (row === undefined || known === null) return null;
    const counted = recount(key, memory.covered(known), horizons());
    if (mend !== null) for (const pair of counted.wrong) mend(key, pair);
    return { id: row.id, recount: counted };
  });
  let [rows, wrong, givenUp] = [0, 0, 0];
  for (const key of keys) {
    const counted = mend === null ? one.deferred(key) : one.immediate(key);
    if (counted === null) continue;
    rows += counted.recount.rows;
    wrong += counted.recount.wrong.length;
    givenUp += counted.recount.givenUp;
    for (const { table, from, stored, right } of counted.recount.wrong) {
      found({ model: counted.id, table, from, mismatches: mismatchesOf(stored, right) });
    }
  }
  return { rows, wrong, givenUp };
}

/** Compares hours and days with what results and states say, also while a daemon writes. Throws StoreError. */
export function checkRollups(options: RebuildOptions): Rebuilt {
  const database = openExisting(options.path, options.migrationsDir);
  try {
    // Pages that no sum is made of, such as those of an index, would go unseen.
    const said = database.pragma('quick_check(1)', { simple: true });
    if (said !== 'ok') throw new StoreError('damaged', `${options.path} is damaged: ${String(said)}`);
    return recountAll(database, options, null);
  } catch (error) {
    throw describe(error, options.path);
  } finally {
    database.close();
  }
}

/** Makes hours and days what results and states say, while no daemon runs. Throws StoreError. */
export function rebuildRollups(options: RebuildOptions): Rebuilt {
  requireFile(options.path);
  const { database, close } = openLoneWriter(options.path, options.migrationsDir);
  try {
    return recountAll(database, options, prepareMend(database));
  } catch (error) {
    throw describe(error, options.path);
  } finally {
    close();
  }
}
