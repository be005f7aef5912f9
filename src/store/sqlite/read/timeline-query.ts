import type { Database } from 'better-sqlite3';
import { parseJson } from '../../../domain/json.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import {
  states,
  type Interval,
  type State,
  type StateDurations,
  type StatePoint,
} from '../../../domain/state.js';
import { stateCodes, stateReasonCodes } from '../../codes.js';
import type { ModelWindow } from '../../port.js';
import type { TimeSpent } from '../../../domain/down-time.js';
import { readSpent, type Piece, type ReasonTime } from '../../read/down-time.js';
import { given, readNow } from '../../read/reading.js';
import { fewPoints, holesIn, pointBase, readDurations, type TimelineSource } from '../../read/spent-time.js';
import { prepareHorizons } from '../rows/horizon-row.js';

/** Points as numbers, for the time spent; runs for every model and window. */
function preparePacked(database: Database): TimelineSource['points'] {
  const select = `SELECT starts * ${pointBase} + state FROM states WHERE model = ?`;
  const inForce = database
    .prepare<[number, number], number>(`${select} AND starts <= ? ORDER BY starts DESC LIMIT 1`)
    .pluck();
  const later = `${select} AND starts > ? AND starts < ? ORDER BY starts`;
  const all = database.prepare<[number, number, number], number>(later).pluck();
  // A literal: as a parameter the limit doubles the time.
  const few = database.prepare<[number, number, number], number>(`${later} LIMIT ${fewPoints}`).pluck();
  return (key, { from, to }, onlyFew) =>
    given({ first: inForce.get(key, from), later: (onlyFew ? few : all).all(key, from, to) });
}

type PointRow = [starts: number, state: number, reason: number | null];

function sumOf(table: 'hours' | 'days'): string {
  const sums = states.map((state) => `total(${state}_ms) AS ${state}`).join(', ');
  return `SELECT ${sums} FROM ${table} WHERE model = ? AND span >= ? AND span < ?`;
}

/** Unhealthy time by reason. The next point is looked up for unhealthy ones alone: a window function takes twice as long. */
function prepareDown(database: Database): (piece: Piece) => ReasonTime[] {
  const next =
    '(SELECT starts FROM states AS later WHERE later.model = one.model AND later.starts > one.starts ORDER BY starts LIMIT 1)';
  const sums = database.prepare<Piece, ReasonTime>(`
    SELECT reason, sum(ends - max(starts, @from)) AS ms FROM (
      SELECT reason, starts, min(coalesce(${next}, @to), @to) AS ends FROM states AS one
        WHERE model = @key AND state = ${stateCodes.toCode('unhealthy')} AND starts < @to
          AND starts >= coalesce((SELECT max(starts) FROM states WHERE model = @key AND starts <= @from), @from)
    ) WHERE ends > @from GROUP BY reason`);
  return (piece) => sums.all(piece);
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

  const points = (key: number, from: number, to: number, most = Number.MAX_SAFE_INTEGER): StatePoint[] => {
    const first = inForce.all(key, from);
    const rows = [...first, ...later.all(key, from, to, most - first.length)];
    return rows.map(([starts, state, reason]) => ({
      from: starts,
      state: stateCodes.toWord(state),
      reason: reason === null ? null : stateReasonCodes.toWord(reason),
    }));
  };

  const sums = { hours, days };
  const source: TimelineSource = {
    horizons: () => given(horizons()),
    points: preparePacked(database),
    sum(level, key, part) {
      const unit = level === 'hours' ? hourMs : dayMs;
      return given(sums[level].get(key, part.from / unit, part.to / unit));
    },
  };
  const durationsIn = (key: number, window: Interval, holes: readonly Interval[]): StateDurations =>
    readNow(readDurations(source, key, window, holes));
  /** One state of the file, so that the time of a hole was part of the whole. */
  const durationsWithout = database.transaction(durationsIn);

  const durations = (windows: readonly ModelWindow[]): StateDurations[] =>
    windows.map(({ key, from, to, without = [] }) => {
      const holes = holesIn({ from, to }, without);
      const sum = holes.length === 0 ? durationsIn : durationsWithout;
      return sum(key, { from, to }, holes);
    });
  const down = prepareDown(database);

  return {
    points,
    durations,
    spent: database.transaction((windows: readonly ModelWindow[]): TimeSpent[] =>
      readNow(
        readSpent(windows, durations(windows), horizons(), (pieces) =>
          given(pieces.map(({ key, from, to }) => down({ key, from, to }))),
        ),
      ),
    ),
    maintenance: (key: number, from: number, to: number): Interval[] => maintenanceRows.all(key, to, from),
    epochs: (key: number): { from: number; settings: unknown }[] =>
      epochRows.all(key).map(({ starts, settings }) => ({ from: starts, settings: parseJson(settings) })),
    gaps: (key: number): number[] => gapRows.all(key),
  };
}
