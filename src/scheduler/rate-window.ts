const windowMs = 60_000;
const creditMs = 250;

/** Starts of one model in the last 60 s, by the monotonic clock, oldest first. */
export type RateWindow = number[];

/** Most checks a minute a schedule asks for. */
const mostOfSchedule = 60;

/** What is to be assumed of requests sent before when all that is known is the monotonic ms of the newest: that they came as the rate lets a schedule. */
export function startsUpTo(last: number, ratePerMin: number): RateWindow {
  const count = Math.min(ratePerMin, mostOfSchedule);
  return Array.from({ length: count }, (_, index) => last - ((count - 1 - index) * windowMs) / count);
}

/** Monotonic ms from which one more start keeps every window of 60 s within `ratePerMin`. */
export function roomAt(starts: RateWindow, ratePerMin: number | null, now: number): number {
  if (ratePerMin === null) return -Infinity;
  const kept = starts.findIndex((start) => start + windowMs + creditMs > now);
  starts.splice(0, kept === -1 ? starts.length : kept);
  return (starts.at(-ratePerMin) ?? -Infinity) + windowMs;
}

/**
 * Notes a start that was due at `due` and had room from `room` on. Up to 250 ms of lateness are left out: counted,
 * they would add up, and a schedule that uses its rate up exactly would fall behind a little more each minute.
 */
export function noteStart(starts: RateWindow, due: number, room: number, now: number): void {
  starts.push(Math.min(now, Math.max(due, room, now - creditMs, starts.at(-1) ?? 0)));
}
