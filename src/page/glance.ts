import { quantile, mergeInto, type Histogram } from '../domain/histogram.js';
import { dayMs, hourMs } from '../domain/period.js';
import type { Interval, State, StateDurations } from '../domain/state.js';
import { drawBar, type BarDrawing } from './bar.js';

/** What a row of the overview shows of a model's past: plain data, made beside the loop. */
export interface Glance {
  /** Unix ms at which it was made. */
  readonly at: number;
  readonly bar: BarDrawing;
  /** The 95th percentile in ms over the last 24 h; null without answers. */
  readonly p95: number | null;
  /** The median likewise. */
  readonly p50: number | null;
  /** The same of each of its hours, oldest first. */
  readonly hours: readonly (number | null)[];
  /** The state for most of each of its hours, oldest first; hours before the model was known are left out. */
  readonly course: readonly CourseHour[];
}

export interface CourseHour {
  /** Unix ms of its start. */
  readonly from: number;
  readonly state: State;
}

/** One step of a series, as far as a glance needs it. */
interface Step extends Interval {
  readonly durations: StateDurations;
  readonly latency: Histogram;
}

/** Days of the bar, counted with today. */
export const barDays = 90;

/** The windows that a glance at `now` reads. */
export function glanceWindows(now: number): { readonly days: Interval; readonly hours: Interval } {
  const tomorrow = (Math.floor(now / dayMs) + 1) * dayMs;
  return { days: { from: tomorrow - barDays * dayMs, to: now }, hours: { from: now - dayMs, to: now } };
}

const none: Histogram = new Map();

/** Draws a glance from a series by days and one by hours. */
export function glanceOf(days: readonly Step[], hours: readonly Step[], now: number): Glance {
  const all: Histogram = new Map();
  for (const { latency } of hours) mergeInto(all, latency);
  const first = Math.floor((now - dayMs) / hourMs) + 1;
  const byHour = new Map(hours.map(({ from, latency }) => [Math.floor(from / hourMs), latency]));
  return {
    at: now,
    bar: drawBar(days),
    p95: quantile(all, 0.95),
    p50: quantile(all, 0.5),
    course: courseOf(hours),
    hours: Array.from({ length: 24 }, (_, index) => quantile(byHour.get(first + index) ?? none, 0.95)),
  };
}

function courseOf(hours: readonly Step[]): CourseHour[] {
  return hours.flatMap(({ from, durations }) => {
    // Of states that last equally long the worse one is told.
    let [longest, most]: [State | null, number] = [null, 0];
    for (const state of ['unhealthy', 'unknown', 'maintenance', 'degraded', 'healthy'] as const)
      if (durations[state] > most) [longest, most] = [state, durations[state]];
    return longest === null ? [] : [{ from, state: longest }];
  });
}
