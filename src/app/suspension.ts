import { uptime } from 'node:os';
import type { Clock } from '../domain/clock.js';

/** Time up to this is no suspension: the uptime is whole seconds on some systems. */
const graceMs = 1_000;

/**
 * ms since the machine was started, those in which it was suspended included. On Linux this is CLOCK_BOOTTIME (os.uptime()
 * reads /proc/uptime, which shows it), while performance.now() is CLOCK_MONOTONIC, which stands still in a suspension. Neither
 * moves when the wall clock is set. A time namespace shifts the two apart: unshare -T --boottime 1000 node -p 'os.uptime()'.
 */
export const machineUptimeMs = (): number => uptime() * 1_000;

/** A function that gives how many ms the machine was suspended since this call. */
export function watchSuspension(clock: Pick<Clock, 'monotonic'>, uptimeMs: () => number): () => number {
  let aheadOfMonotonic = uptimeMs() - clock.monotonic();
  let suspendedMs = 0;
  return () => {
    const ahead = uptimeMs() - clock.monotonic();
    if (ahead - aheadOfMonotonic > graceMs) {
      suspendedMs += ahead - aheadOfMonotonic;
      aheadOfMonotonic = ahead;
    }
    return suspendedMs;
  };
}
