import type { MonotonicMs } from '../domain/clock.js';
/** ms for which a start counts toward the rate. */
export const windowMs = 60_000;
const creditMs = 250;

/** Starts of one model in the last 60 s, by the monotonic clock, oldest first. */
export type RateWindow = number[];

/** Most checks per minute of any schedule. */
const mostOfSchedule = 60;

/** Estimates earlier starts from the monotonic ms of the newest: evenly spaced, as the rate allows a schedule. */
export function startsUpTo(last: number, ratePerMin: number): RateWindow {
  const count = Math.min(ratePerMin, mostOfSchedule);
  return Array.from({ length: count }, (_, index) => last - ((count - 1 - index) * windowMs) / count);
}

/** Monotonic ms from which one more start stays within `ratePerMin` in every window of 60 s. */
export function roomAt(starts: RateWindow, ratePerMin: number | null, now: MonotonicMs): number {
  if (ratePerMin === null) return -Infinity;
  const kept = starts.findIndex((start) => start + windowMs + creditMs > now);
  starts.splice(0, kept === -1 ? starts.length : kept);
  return (starts.at(-ratePerMin) ?? -Infinity) + windowMs;
}

/** True while one of the starts may count toward the rate. */
export function isRecent(starts: RateWindow, now: MonotonicMs): boolean {
  return (starts.at(-1) ?? -Infinity) + windowMs + creditMs > now;
}

/**
 * Records a start that was due at `due` and had room from `room`. Ignores up to 250 ms of lateness: it would add up,
 * and a schedule that uses its whole rate would fall behind a little more each minute.
 */
export function noteStart(starts: RateWindow, due: MonotonicMs, room: number, now: MonotonicMs): void {
  starts.push(Math.min(now, Math.max(due, room, now - creditMs, starts.at(-1) ?? 0)));
}
