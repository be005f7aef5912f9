import type { Database } from 'better-sqlite3';
import { parseJson } from '../../domain/json.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { addResult, addSpan, emptyRollup, wholeUnits, type HourlyChanges } from '../../domain/rollup.js';
import type { Interval, State } from '../../domain/state.js';
import { stateCodes } from '../codes.js';
import { prepareHorizons } from '../sqlite/rows/horizon-row.js';
import { plainColumns, resultOf, type CheckRow } from '../rows/check-row.js';
import { openExisting, requireFile } from '../sqlite/file/database.js';
import { describe } from '../sqlite/file/failure.js';
import { openLoneWriter } from '../sqlite/lone-writer.js';
import {
  countsAtLeast,
  countsEqual,
  mismatchesOf,
  rollupOf,
  durationsEqual,
  type Mismatch,
} from '../rows/rebuild-row.js';
import { rollupValues, type RollupRow } from '../rows/rollup-row.js';
import { upsertRollup } from '../sqlite/rows/rollup-sql.js';
import { StoreError } from '../store-error.js';
import { replayTimelines, type Replayed, type ReplayOptions } from './replay.js';
import { addRollup, type Tally } from '../tally.js';
import type { Horizons } from '../window.js';

/** A stored row of hours or days and its correct value. */
interface Pair {
  readonly table: 'hours' | 'days';
  /** Unix ms of its start. */
  readonly from: number;
  readonly stored: Tally;
  readonly right: Tally;
}

/** Result for one model. */
interface Recount {
  /** Rows compared. */
  readonly rows: number;
  readonly wrong: readonly Pair[];
  /** Hours that count results which are not stored: dropped while the database could not be written. */
  readonly givenUp: number;
}

type Rows = ReadonlyMap<number, Tally>;
const nothing = emptyRollup();

function prepare(database: Database) {
  const rollups = (table: 'hours' | 'days') =>
    database.prepare<[number, number], RollupRow & { span: number }>(
      `SELECT * FROM ${table} WHERE model = ? AND span >= ?`,
    );
  return {
    hours: rollups('hours'),
    days: rollups('days'),
    results: database.prepare<[number, number], CheckRow>(
      `SELECT ${plainColumns} FROM checks WHERE model = ? AND slot >= ?`,
    ),
    points: database.prepare<[number], { starts: number; state: number }>(
      'SELECT starts, state FROM states WHERE model = ? ORDER BY starts',
    ),
  };
}

const withSeconds = (counts: Tally, seconds: Tally): Tally => ({ ...counts, durations: seconds.durations });

const dayOf = (hour: number): number => Math.floor(hour / dayMs) * dayMs;
const hoursOf = (day: number): number[] =>
  Array.from({ length: dayMs / hourMs }, (_, index) => day + index * hourMs);

/** Time by state, as the points tell it. */
interface Seconds {
  readonly days: Rows;
  /** Hours, without those of `wholeDays`. */
  readonly hours: Rows;
  /** Days within a single interval of the time line, with its state. */
  readonly wholeDays: ReadonlyMap<number, State>;
}

function wholly(state: State, ms: number): Tally {
  const tally = emptyRollup();
  tally.durations[state] = ms;
  return tally;
}

/** Sums by UTC day. */
function byDay(hours: Rows): Map<number, Tally> {
  const days = new Map<number, Tally>();
  for (const [hour, tally] of hours) {
    const day = dayOf(hour);
    const sum = days.get(day) ?? emptyRollup();
    addRollup(sum, tally);
    days.set(day, sum);
  }
  return days;
}

/** Prepares to recount a model from its results and states, in the open transaction. */
function prepareRecount(database: Database) {
  const statements = prepare(database);

  const storedRows = (table: 'hours' | 'days', unit: number, key: number, since: number): Rows =>
    new Map(statements[table].all(key, since / unit).map((row) => [row.span * unit, rollupOf(row)] as const));

  const secondsOf = (key: number, { from, to }: Interval): Seconds => {
    const hours: HourlyChanges = new Map();
    const wholeDays = new Map<number, State>();
    let point: { starts: number; state: number } | null = null;
    const upTo = (end: number): void => {
      if (point === null) return;
      const state = stateCodes.toWord(point.state);
      const span = { from: Math.max(point.starts, from), to: Math.min(end, to), state, sign: 1 as const };
      const days = wholeUnits(span, dayMs) ?? { from: span.to, to: span.to };
      addSpan(hours, { ...span, to: days.from });
      for (let day = days.from; day < days.to; day += dayMs) wholeDays.set(day, state);
      addSpan(hours, { ...span, from: days.to });
    };
    for (const next of statements.points.iterate(key)) {
      upTo(next.starts);
      point = next;
    }
    upTo(to);
    const days = byDay(hours);
    for (const [day, state] of wholeDays) days.set(day, wholly(state, dayMs));
    return { days, hours, wholeDays };
  };

  const countsOf = (key: number, since: number): Rows => {
    const counts: HourlyChanges = new Map();
    for (const row of statements.results.iterate(key, since)) addResult(counts, resultOf(row));
    return counts;
  };

  return (key: number, covered: Interval, horizons: Horizons): Recount => {
    const hours = storedRows('hours', hourMs, key, horizons.hours);
    const days = storedRows('days', dayMs, key, horizons.days);
    const counts = countsOf(key, horizons.checks);
    const seconds = secondsOf(key, { from: Math.max(covered.from, horizons.days), to: covered.to });
    const hourSums = byDay(hours);
    const wrong: Pair[] = [];
    let givenUp = 0;
    let rows = 0;

    const judge = (pair: Pair): void => {
      rows += 1;
      if (!durationsEqual(pair.stored, pair.right) || !countsEqual(pair.stored, pair.right)) wrong.push(pair);
    };
    /** Counts on which hour and day agree are right, even where the results were not stored. */
    const proved = (hour: number, stored: Tally): Tally => {
      if (hour < horizons.checks) return stored;
      const found = counts.get(hour) ?? nothing;
      const day = dayOf(hour);
      if (!countsAtLeast(stored, found) || countsAtLeast(found, stored)) return found;
      if (!countsEqual(days.get(day) ?? nothing, hourSums.get(day) ?? nothing)) return found;
      givenUp += 1;
      return stored;
    };

    const rightHours = new Map<number, Tally>();
    // A day within one interval has all its hours, or none.
    const checked = new Set([...hourSums.keys(), ...[...counts.keys()].map(dayOf)]);
    const whole = [...checked].filter((day) => seconds.wholeDays.has(day)).flatMap(hoursOf);
    const timed = [...seconds.hours.keys(), ...whole].filter((hour) => hour >= horizons.hours);
    for (const from of new Set([...hours.keys(), ...counts.keys(), ...timed])) {
      const stored = hours.get(from) ?? nothing;
      const state = seconds.wholeDays.get(dayOf(from));
      const told = state === undefined ? seconds.hours.get(from) : wholly(state, hourMs);
      const right = withSeconds(proved(from, stored), told ?? nothing);
      rightHours.set(from, right);
      judge({ table: 'hours', from, stored, right });
    }
    const rightDays = byDay(rightHours);
    for (const from of new Set([...days.keys(), ...rightDays.keys(), ...seconds.days.keys()])) {
      const stored = days.get(from) ?? nothing;
      const kept = from >= horizons.hours ? (rightDays.get(from) ?? nothing) : stored;
      judge({ table: 'days', from, stored, right: withSeconds(kept, seconds.days.get(from) ?? nothing) });
    }
    wrong.sort((a, b) => a.from - b.from);
    return { rows, wrong, givenUp };
  };
}

/** A wrong row of hours or days. */
export interface WrongRow {
  readonly model: string;
  readonly table: Pair['table'];
  /** Unix ms of its start. */
  readonly from: number;
  readonly mismatches: readonly Mismatch[];
}

export interface Rebuilt {
  /** Rows compared. */
  readonly rows: number;
  readonly wrong: number;
  readonly givenUp: Recount['givenUp'];
  readonly replayed: Replayed;
}

interface RebuildOptions extends ReplayOptions {
  readonly path: string;
  readonly migrationsDir: string;
  /** Called for each wrong row, those of a model by time. */
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

/** Recounts each model in a transaction of its own; writes nothing when `repair` is null. */
function recountAll(
  database: Database,
  { memory, found }: RebuildOptions,
  repair: ((key: number, pair: Pair) => void) | null,
): Omit<Rebuilt, 'replayed'> {
  const keys = database.prepare<[], number>('SELECT key FROM models ORDER BY key').pluck().all();
  const model = database.prepare<[number], { id: string; health: string | null }>(
    'SELECT id, health FROM models WHERE key = ?',
  );
  const horizons = prepareHorizons(database);
  const recount = prepareRecount(database);
  const one = database.transaction((key: number): { id: string; recount: Recount } | null => {
    const row = model.get(key);
    const known = parseJson(row?.health ?? 'null');
    if (row === undefined || known === null) return null;
    const counted = recount(key, memory.covered(known), horizons());
    if (repair !== null) for (const pair of counted.wrong) repair(key, pair);
    return { id: row.id, recount: counted };
  });
  let [rows, wrong, givenUp] = [0, 0, 0];
  for (const key of keys) {
    const counted = repair === null ? one.deferred(key) : one.immediate(key);
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

/**
 * Compares hours and days with results and states, and the time line with its replay; a daemon may write meanwhile.
 * Throws StoreError.
 */
export function checkRollups(options: RebuildOptions): Rebuilt {
  const database = openExisting(options.path, options.migrationsDir);
  try {
    // Pages that no sum reads, such as those of an index, would not be checked otherwise.
    const said = database.pragma('quick_check(1)', { simple: true });
    if (said !== 'ok') throw new StoreError('damaged', `${options.path} is damaged: ${String(said)}`);
    return { ...recountAll(database, options, null), replayed: replayTimelines(database, options) };
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
export function rebuildRollups(options: RebuildOptions): Rebuilt {
  requireFile(options.path);
  const { database, close } = openLoneWriter(options.path, options.migrationsDir);
  try {
    return {
      ...recountAll(database, options, prepareMend(database)),
      replayed: replayTimelines(database, options),
    };
  } catch (error) {
    throw describe(error, options.path);
  } finally {
    close();
  }
}
