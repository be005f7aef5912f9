import { dayMs, hourMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { highest } from '../domain/list.js';

/** The time from which each level of history is complete: whole UTC days for days and hours, whole hours for raw results. */
export interface Horizons {
  readonly checks: number;
  readonly hours: number;
  readonly days: number;
}

/** A window divided by the levels that answer it; the parts are disjoint and cover it. */
export interface Parts {
  readonly days: readonly Interval[];
  readonly hours: readonly Interval[];
  readonly rest: readonly Interval[];
}

/** Cuts `window` into whole units, without those before `since`, and the remaining ends. */
function cut(window: Interval, unit: number, since: number): { whole: Interval[]; ends: Interval[] } {
  const from = Math.ceil(Math.max(window.from, since) / unit) * unit;
  const to = Math.floor(window.to / unit) * unit;
  if (from >= to) return { whole: [], ends: [window] };
  const ends = [
    { from: window.from, to: from },
    { from: to, to: window.to },
  ];
  return { whole: [{ from, to }], ends: ends.filter((end) => end.to > end.from) };
}

/**
 * Whole UTC days, then whole hours of the rest, then the rest; nothing before the horizon of days. With `stepMs` only
 * days or hours that such steps, counted from the epoch, do not divide.
 */
export function partsOf(window: Interval, horizons: Horizons, stepMs = dayMs): Parts {
  const from = Math.max(window.from, horizons.days);
  if (from >= window.to) return { days: [], hours: [], rest: [] };
  const since = (unit: number, horizon: number): number => (stepMs % unit === 0 ? horizon : Infinity);
  const days = cut({ from, to: window.to }, dayMs, since(dayMs, horizons.days));
  const hours = days.ends.map((end) => cut(end, hourMs, since(hourMs, horizons.hours)));
  return {
    days: days.whole,
    hours: hours.flatMap(({ whole }) => whole),
    rest: hours.flatMap(({ ends }) => ends),
  };
}

const resolutions = ['exact', 'hour', 'day'] as const;
/** The unit to which the ends of a window were moved. */
export type Resolution = (typeof resolutions)[number];

interface Snapped extends Interval {
  readonly resolution: Resolution;
}

/** The coarsest of several resolutions. */
export function coarsest(found: readonly Resolution[]): Resolution {
  return resolutions.findLast((resolution) => found.includes(resolution)) ?? 'exact';
}

/** Moves the ends outwards to where counts are still kept: to hours where raw results are deleted, to days where hours are. */
export function snap({ from, to }: Interval, horizons: Horizons): Snapped {
  const unitAt = (time: number): number => {
    if (time >= horizons.checks) return 1;
    return time >= horizons.hours ? hourMs : dayMs;
  };
  const moved = {
    from: Math.floor(from / unitAt(from)) * unitAt(from),
    to: Math.ceil(to / unitAt(to)) * unitAt(to),
  };
  const units = [moved.from === from ? 1 : unitAt(from), moved.to === to ? 1 : unitAt(to)];
  const unit = highest(units);
  return { ...moved, resolution: unit === 1 ? 'exact' : unit === hourMs ? 'hour' : 'day' };
}
