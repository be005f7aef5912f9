import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { dayMs, hourMs } from '../domain/rollup.js';

/** True while the clock may be believed so far that what it says is old is deleted. */
export type ClockTrust = () => boolean;

/**
 * Doubts a clock that is more than a day ahead of what it should say, by the newest result at the start (`newest`, Unix ms; null
 * without) and by monotonic time later, until it has held for an hour: what is deleted by a wrong clock is lost for good.
 */
export function createClockTrust(clock: Clock, newest: number | null, log: Logger): ClockTrust {
  let last = { wall: newest ?? clock.wall(), monotonic: clock.monotonic() };
  let doubtedUntil = -Infinity;
  return () => {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    const ahead = now.wall - last.wall - (now.monotonic - last.monotonic);
    last = now;
    if (ahead > dayMs) {
      doubtedUntil = now.monotonic + hourMs;
      log.info(
        { ahead_ms: Math.round(ahead) },
        'newest result is more than a day old, or the system clock is ahead; retention waits for an hour',
      );
    } else if (ahead < -dayMs) doubtedUntil = -Infinity;
    return now.monotonic >= doubtedUntil;
  };
}
