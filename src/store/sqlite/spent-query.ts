import type { Database } from 'better-sqlite3';
import type { Interval, StateDurations } from '../../domain/state.js';
import { noDurations } from '../../domain/timeline.js';
import { stateCodes } from '../codes.js';

/** A time line that changes no more often than this in a window is summed more quickly from its points than from rollups. */
const fewPoints = 60;

/** A point is one number, its time and its state: to make an object of each row would take most of the time. */
const base = 8;

/** ms per state over a window, from the points themselves: asked for every model and window. */
export function prepareSpent(database: Database) {
  const select = `SELECT starts * ${base} + state FROM states WHERE model = ?`;
  const inForce = database
    .prepare<[number, number], number>(`${select} AND starts <= ? ORDER BY starts DESC LIMIT 1`)
    .pluck();
  const later = `${select} AND starts > ? AND starts < ? ORDER BY starts`;
  const all = database.prepare<[number, number, number], number>(later).pluck();
  // Written out: as a parameter the limit doubles the time.
  const few = database.prepare<[number, number, number], number>(`${later} LIMIT ${fewPoints}`).pluck();

  const sum = (key: number, points: readonly number[], { from, to }: Interval): StateDurations => {
    const first = inForce.get(key, from);
    const durations = { ...noDurations };
    const packed = first === undefined ? points : [first, ...points];
    packed.forEach((point, index) => {
      const next = packed[index + 1];
      const end = next === undefined ? to : Math.floor(next / base);
      const spent = Math.max(0, end - Math.max(from, Math.floor(point / base)));
      durations[stateCodes.toWord(point % base)] += spent;
    });
    return durations;
  };

  return {
    all: (key: number, window: Interval): StateDurations =>
      sum(key, all.all(key, window.from, window.to), window),
    /** Null where there are many points. */
    ifFew(key: number, window: Interval): StateDurations | null {
      const points = few.all(key, window.from, window.to);
      return points.length < fewPoints ? sum(key, points, window) : null;
    },
  };
}
