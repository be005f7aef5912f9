import { dayMs, hourMs } from '../../domain/period.js';
import { addResult, addSpan, emptyRollup, wholeUnits, type HourlyChanges } from '../../domain/rollup.js';
import type { Interval, State } from '../../domain/state.js';
import { stateCodes } from '../codes.js';
import type { Reading } from '../read/reading.js';
import { resultOf, type CheckRow } from '../rows/check-row.js';
import { countsAtLeast, countsEqual, durationsEqual, rollupOf } from '../rows/rebuild-row.js';
import type { RollupRow } from '../rows/rollup-row.js';
import { addRollup, type Tally } from '../tally.js';
import type { Horizons } from '../window.js';

/** What a store is asked for, so that hours and days can be recounted. */
export interface RecountSource {
  /** Stored rows of whole hours or days from a span on. */
  rollups(
    level: 'hours' | 'days',
    key: number,
    since: number,
  ): Reading<Iterable<RollupRow & { readonly span: number }>>;
  /** Results from a slot on, without their texts. */
  eachResult(key: number, since: number, take: (row: CheckRow) => void): Reading<void>;
  /** All points of the time line in order. */
  states(key: number): Reading<Iterable<{ readonly starts: number; readonly state: number }>>;
}

/** A stored row of hours or days and its correct value. */
export interface Pair {
  readonly table: 'hours' | 'days';
  /** Unix ms of its start. */
  readonly from: number;
  readonly stored: Tally;
  readonly right: Tally;
}

/** Result for one model. */
export interface Recount {
  /** Rows compared. */
  readonly rows: number;
  readonly wrong: readonly Pair[];
  /** Hours that count results which are not stored: dropped while the database could not be written. */
  readonly givenUp: number;
}

type Rows = ReadonlyMap<number, Tally>;
const nothing = emptyRollup();

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

/** Recounts a model from its results and states, over one state of the store. */
export function createRecount(source: RecountSource) {
  function* storedRows(level: 'hours' | 'days', unit: number, key: number, since: number): Reading<Rows> {
    const rows = new Map<number, Tally>();
    for (const row of yield* source.rollups(level, key, since / unit))
      rows.set(row.span * unit, rollupOf(row));
    return rows;
  }

  function* secondsOf(key: number, { from, to }: Interval): Reading<Seconds> {
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
    for (const next of yield* source.states(key)) {
      upTo(next.starts);
      point = next;
    }
    upTo(to);
    const days = byDay(hours);
    for (const [day, state] of wholeDays) days.set(day, wholly(state, dayMs));
    return { days, hours, wholeDays };
  }

  function* countsOf(key: number, since: number): Reading<Rows> {
    const counts: HourlyChanges = new Map();
    yield* source.eachResult(key, since, (row) => {
      addResult(counts, resultOf(row));
    });
    return counts;
  }

  return function* (key: number, covered: Interval, horizons: Horizons): Reading<Recount> {
    const hours = yield* storedRows('hours', hourMs, key, horizons.hours);
    const days = yield* storedRows('days', dayMs, key, horizons.days);
    const counts = yield* countsOf(key, horizons.checks);
    const seconds = yield* secondsOf(key, { from: Math.max(covered.from, horizons.days), to: covered.to });
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
