import type { Database } from 'better-sqlite3';
import { clipTo, merge, subtract, totalOf } from '../../../domain/intervals.js';
import { parseJson } from '../../../domain/json.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import {
  states,
  type Interval,
  type State,
  type StateDurations,
  type StatePoint,
} from '../../../domain/state.js';
import { addDurations, noDurations, takeDurations, totalMs } from '../../../domain/timeline.js';
import { stateCodes, stateReasonCodes } from '../../codes.js';
import type { ModelWindow } from '../../port.js';
import { prepareHorizons } from '../../horizons.js';
import { partsOf, type Horizons } from '../../window.js';

/** Up to this many changes in a window, summing points is faster than reading rollups. */
const fewPoints = 60;

/** A point is encoded as one number, from its time and state: creating an object per row would take most of the time. */
const base = 8;

/** ms per state over a window, from the points themselves; runs for every model and window. */
function prepareSpent(database: Database) {
  const select = `SELECT starts * ${base} + state FROM states WHERE model = ?`;
  const inForce = database
    .prepare<[number, number], number>(`${select} AND starts <= ? ORDER BY starts DESC LIMIT 1`)
    .pluck();
  const later = `${select} AND starts > ? AND starts < ? ORDER BY starts`;
  const all = database.prepare<[number, number, number], number>(later).pluck();
  // A literal: as a parameter the limit doubles the time.
  const few = database.prepare<[number, number, number], number>(`${later} LIMIT ${fewPoints}`).pluck();

  const sum = (
    key: number,
    points: readonly number[],
    { from, to }: Interval,
    holes: readonly Interval[],
  ): StateDurations => {
    const first = inForce.get(key, from);
    const durations = { ...noDurations };
    const packed = first === undefined ? points : [first, ...points];
    // Points and holes are in ascending order, so one pass is enough.
    let hole = 0;
    packed.forEach((point, index) => {
      const next = packed[index + 1];
      const begin = Math.max(from, Math.floor(point / base));
      const end = next === undefined ? to : Math.floor(next / base);
      let spent = Math.max(0, end - begin);
      for (let cut = holes[hole]; cut !== undefined && cut.from < end; cut = holes[hole]) {
        spent -= Math.max(0, Math.min(cut.to, end) - Math.max(cut.from, begin));
        if (cut.to > end) break;
        hole += 1;
      }
      durations[stateCodes.toWord(point % base)] += spent;
    });
    return durations;
  };

  return {
    all: (key: number, window: Interval): StateDurations =>
      sum(key, all.all(key, window.from, window.to), window, []),
    /** Without the time in `holes`, which are ascending and disjoint; null when there are more than `fewPoints` points. */
    ifFew(key: number, window: Interval, holes: readonly Interval[]): StateDurations | null {
      const points = few.all(key, window.from, window.to);
      return points.length < fewPoints ? sum(key, points, window, holes) : null;
    },
  };
}

type PointRow = [starts: number, state: number, reason: number | null];

function sumOf(table: 'hours' | 'days'): string {
  const sums = states.map((state) => `total(${state}_ms) AS ${state}`).join(', ');
  return `SELECT ${sums} FROM ${table} WHERE model = ? AND span >= ? AND span < ?`;
}

/** Queries on the time line. */
export function prepareTimeline(database: Database) {
  const inForce = database
    .prepare<[number, number], PointRow>(
      'SELECT starts, state, reason FROM states WHERE model = ? AND starts <= ? ORDER BY starts DESC LIMIT 1',
    )
    .raw();
  const later = database
    .prepare<[number, number, number, number], PointRow>(
      'SELECT starts, state, reason FROM states WHERE model = ? AND starts > ? AND starts < ? ORDER BY starts LIMIT ?',
    )
    .raw();
  const hours = database.prepare<[number, number, number], Record<State, number>>(sumOf('hours'));
  const days = database.prepare<[number, number, number], Record<State, number>>(sumOf('days'));
  const maintenanceRows = database.prepare<[number, number, number], Interval>(`
    SELECT starts AS "from", ends AS "to" FROM maintenance WHERE model = ? AND starts < ? AND ends > ? ORDER BY starts`);
  const epochRows = database.prepare<[number], { starts: number; settings: string }>(
    'SELECT starts, settings FROM epochs WHERE model = ? ORDER BY starts',
  );
  const gapRows = database
    .prepare<[number], number>('SELECT slot FROM gaps WHERE model = ? ORDER BY slot')
    .pluck();
  const horizons = prepareHorizons(database);
  const spent = prepareSpent(database);

  const points = (key: number, from: number, to: number, most = Number.MAX_SAFE_INTEGER): StatePoint[] => {
    const first = inForce.all(key, from);
    const rows = [...first, ...later.all(key, from, to, most - first.length)];
    return rows.map(([starts, state, reason]) => ({
      from: starts,
      state: stateCodes.toWord(state),
      reason: reason === null ? null : stateReasonCodes.toWord(reason),
    }));
  };

  /** A day of one state in which nothing was checked may have no hours. */
  const ofHours = (key: number, part: Interval): StateDurations => {
    const sum = hours.get(key, part.from / hourMs, part.to / hourMs);
    const isComplete = sum !== undefined && totalMs(sum) === part.to - part.from;
    return isComplete ? sum : spent.all(key, part);
  };

  const durationsIn = (
    key: number,
    { from, to }: Interval,
    holes: readonly Interval[],
    complete: Horizons = horizons(),
  ): StateDurations => {
    // Deleted time is unknown: otherwise a share of the rest would count as one of the whole window.
    const known = { from: Math.min(to, Math.max(from, complete.days)), to };
    const deleted = totalOf(subtract({ from, to: known.from }, holes));
    const givenUp: StateDurations = { ...noDurations, unknown: deleted };
    const few = spent.ifFew(key, known, holes);
    if (few !== null) return addDurations(givenUp, few);
    const parts = partsOf(known, complete);
    const sums = [
      ...parts.days.map((part) => days.get(key, part.from / dayMs, part.to / dayMs)),
      ...parts.hours.map((part) => ofHours(key, part)),
      ...parts.rest.map((part) => spent.all(key, part)),
    ];
    const whole = sums.reduce<StateDurations>((sum, next) => (next ? addDurations(sum, next) : sum), givenUp);
    // Between many holes little is whole hours and days, so the rest is not summed piece by piece.
    return clipTo(holes, known)
      .map((hole) => durationsIn(key, hole, [], complete))
      .reduce(takeDurations, whole);
  };
  /** One state of the file, so that the time of a hole was part of the whole. */
  const durationsWithout = database.transaction(durationsIn);

  return {
    points,
    durations: (windows: readonly ModelWindow[]): StateDurations[] =>
      windows.map(({ key, from, to, without }) => {
        const holes = clipTo(merge(without ?? []), { from, to });
        const sum = holes.length === 0 ? durationsIn : durationsWithout;
        return sum(key, { from, to }, holes);
      }),
    maintenance: (key: number, from: number, to: number): Interval[] => maintenanceRows.all(key, to, from),
    epochs: (key: number): { from: number; settings: unknown }[] =>
      epochRows.all(key).map(({ starts, settings }) => ({ from: starts, settings: parseJson(settings) })),
    gaps: (key: number): number[] => gapRows.all(key),
  };
}
