import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { clockTime } from './figures.js';

/** A mark on the axis of time, and the time that it opens. */
export interface TimeTick extends Interval {
  readonly label: string;
  /** From 0 to 1. */
  readonly place: number;
}

const mostTicks = 12;
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minuteMs),
  ...[1, 2, 3, 6, 12].map((count) => count * hourMs),
  ...[1, 2, 7, 14].map((count) => count * dayMs),
] as const;

/** 1970 began on a Thursday: weeks are counted from the Monday after. */
const monday = 4 * dayMs;

function starts({ from, to }: Interval): { readonly starts: number[]; readonly step: number | null } {
  const length = to - from;
  const step = steps.find((ms) => length / ms <= mostTicks);
  if (step !== undefined) {
    const offset = step % (7 * dayMs) === 0 ? monday : 0;
    const first = Math.ceil((from - offset) / step) * step + offset;
    const count = Math.max(0, Math.ceil((to - first) / step));
    return { starts: Array.from({ length: count }, (_, index) => first + index * step), step };
  }
  const date = new Date(from);
  const months = Math.ceil(length / (28 * dayMs)) + 1;
  const every = Math.max(1, Math.ceil(length / (30 * dayMs) / (mostTicks + 1)));
  const found: number[] = [];
  for (let month = 0; month <= months; month += every) {
    const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + month, 1);
    if (start >= from && start < to) found.push(start);
  }
  return { starts: found, step: null };
}

function labelOf(time: number, step: number | null): string {
  const { day, minute, year } = clockTime(time);
  if (step === null) return `${day.replace(/^\d+ /, '')} ${year}`;
  return step >= dayMs || minute === '00:00' ? day : minute;
}

/** Marks a text that has no room at the end of a narrow axis. */
export const placeClass = (place: number): string | undefined => (place > 0.86 ? 'late' : undefined);

/** At most some twelve marks, at round times of UTC. The label of the last may not fit, so what is near the end is left out. */
export function timeTicks(window: Interval): TimeTick[] {
  const length = window.to - window.from;
  if (length <= 0) return [];
  const { starts: times, step } = starts(window);
  return times.flatMap((from, index) => {
    const place = (from - window.from) / length;
    const to = Math.min(window.to, times[index + 1] ?? (step === null ? window.to : from + step));
    return place > 0.95 ? [] : [{ from, to, label: labelOf(from, step), place }];
  });
}
