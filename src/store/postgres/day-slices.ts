import { dayMs } from '../../domain/period.js';
import type { Interval } from '../../domain/state.js';
import { earliestTime, latestTime } from '../../domain/time.js';
import type { Database, Sql } from './database.js';
import { dayOf, partitionsOf, startOf } from './partitions.js';

/** The part of a day in which a query looks, in ms of that day: [from, to). */
export interface DaySlice {
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

/** Days up to which a window is divided without asking which there are. */
const fewDays = 4;

function slicesOf({ from, to }: Interval, days: readonly number[]): DaySlice[] {
  return days.flatMap((day): DaySlice[] => {
    const start = startOf(day);
    const slice = { day, from: Math.max(0, from - start), to: Math.min(dayMs, to - start) };
    return slice.from < slice.to ? [slice] : [];
  });
}

/** Divides windows into days, ascending: the index of a partition has the ms of its day alone. */
export async function daySlices(
  database: Database,
  sql: Sql,
  windows: readonly Interval[],
): Promise<DaySlice[][]> {
  const clipped = windows.map(({ from, to }) => ({
    from: Math.ceil(Math.max(from, earliestTime)),
    to: Math.ceil(Math.min(to, latestTime + 1)),
  }));
  const isLong = clipped.some(({ from, to }) => to - from > fewDays * dayMs);
  const there = isLong
    ? [...new Set((await partitionsOf(database, sql, 'check_result')).map(({ from }) => dayOf(from)))]
    : null;
  return clipped.map((window) => {
    if (there !== null) return slicesOf(window, there);
    const count = window.from < window.to ? dayOf(window.to - 1) - dayOf(window.from) + 1 : 0;
    return slicesOf(
      window,
      Array.from({ length: count }, (_, index) => dayOf(window.from) + index),
    );
  });
}
