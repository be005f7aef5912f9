import type { Database } from 'better-sqlite3';
import { addResult, addSpan, dayMs, emptyRollup, hourMs, type HourlyChanges } from '../../domain/rollup.js';
import type { Interval } from '../../domain/state.js';
import { plainColumns, resultOf, type CheckRow } from '../sqlite/check-row.js';
import { stateCodes } from '../codes.js';
import { countsAtLeast, countsEqual, rollupOf, secondsEqual } from '../sqlite/rebuild-row.js';
import type { RollupRow } from '../sqlite/rollup-row.js';
import { addRollup, type Tally } from '../tally.js';
import type { Horizons } from '../window.js';

/** A row of hours or days beside what it must be. */
export interface Pair {
  readonly table: 'hours' | 'days';
  /** Unix ms of its beginning. */
  readonly from: number;
  readonly stored: Tally;
  readonly right: Tally;
}

/** What was found of one model. */
export interface Recount {
  /** Rows looked at. */
  readonly rows: number;
  readonly wrong: readonly Pair[];
  /** Hours that count results which are not kept: given up while the database could not be written. */
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

/** Sums by the day they lie in. */
function byDay(hours: Rows): Map<number, Tally> {
  const days = new Map<number, Tally>();
  for (const [hour, tally] of hours) {
    const day = Math.floor(hour / dayMs) * dayMs;
    const sum = days.get(day) ?? emptyRollup();
    addRollup(sum, tally);
    days.set(day, sum);
  }
  return days;
}

/** Prepares to count again what results and states say of a model, in the transaction that is open. */
export function prepareRecount(database: Database) {
  const statements = prepare(database);

  const storedRows = (table: 'hours' | 'days', unit: number, key: number, since: number): Rows =>
    new Map(statements[table].all(key, since / unit).map((row) => [row.span * unit, rollupOf(row)] as const));

  const secondsOf = (key: number, { from, to }: Interval): Rows => {
    const seconds: HourlyChanges = new Map();
    let point: { starts: number; state: number } | null = null;
    const upTo = (end: number): void => {
      if (point === null) return;
      const span = { from: Math.max(point.starts, from), to: Math.min(end, to) };
      addSpan(seconds, { ...span, state: stateCodes.toWord(point.state), sign: 1 });
    };
    for (const next of statements.points.iterate(key)) {
      upTo(next.starts);
      point = next;
    }
    upTo(to);
    return seconds;
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
    const secondsByDay = byDay(seconds);
    const hourSums = byDay(hours);
    const wrong: Pair[] = [];
    let givenUp = 0;
    let rows = 0;

    const judge = (pair: Pair): void => {
      rows += 1;
      if (!secondsEqual(pair.stored, pair.right) || !countsEqual(pair.stored, pair.right)) wrong.push(pair);
    };
    /** What hour and day agree on was counted, also where its results were not kept. */
    const proved = (hour: number, stored: Tally): Tally => {
      if (hour < horizons.checks) return stored;
      const found = counts.get(hour) ?? nothing;
      const day = Math.floor(hour / dayMs) * dayMs;
      if (!countsAtLeast(stored, found) || countsAtLeast(found, stored)) return found;
      if (!countsEqual(days.get(day) ?? nothing, hourSums.get(day) ?? nothing)) return found;
      givenUp += 1;
      return stored;
    };

    const rightHours = new Map<number, Tally>();
    const secondsOfHours = [...seconds.keys()].filter((hour) => hour >= horizons.hours);
    for (const from of new Set([...hours.keys(), ...counts.keys(), ...secondsOfHours])) {
      const stored = hours.get(from) ?? nothing;
      const right = withSeconds(proved(from, stored), seconds.get(from) ?? nothing);
      rightHours.set(from, right);
      judge({ table: 'hours', from, stored, right });
    }
    const rightDays = byDay(rightHours);
    for (const from of new Set([...days.keys(), ...rightDays.keys(), ...secondsByDay.keys()])) {
      const stored = days.get(from) ?? nothing;
      const kept = from >= horizons.hours ? (rightDays.get(from) ?? nothing) : stored;
      judge({ table: 'days', from, stored, right: withSeconds(kept, secondsByDay.get(from) ?? nothing) });
    }
    wrong.sort((a, b) => a.from - b.from);
    return { rows, wrong, givenUp };
  };
}
