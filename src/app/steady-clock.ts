import { uptime } from 'node:os';
import type { Logger } from 'pino';
import type { Clock, MonotonicMs } from '../domain/clock.js';
import { hourMs } from '../domain/period.js';
import { isPlausible } from '../domain/time.js';

/** Largest step in ms accepted at once: an hour, as between two zones, plus a second of drift. */
const largestStepMs = hourMs + 1_000;
/** ms for which the clock must be steady before a larger step is accepted. */
const holdMs = 60_000;
/** Most drift in ms against the monotonic clock that counts as steady; NTP adjusts by 30 ms a minute at most. */
const driftMs = 1_000;
const logAgainMs = 60_000;
/** Differences in ms up to this are not a suspension: the uptime is in whole seconds on some systems. */
const uptimeGraceMs = 1_000;

/**
 * ms since the machine was started, including suspensions. On Linux this is CLOCK_BOOTTIME (os.uptime() reads
 * /proc/uptime), while performance.now() is CLOCK_MONOTONIC, which stops during suspension. Neither changes when the wall
 * clock is set. A time namespace shifts them apart: unshare -T --boottime 1000 node -p 'os.uptime()'.
 */
export const machineUptimeMs = (): number => uptime() * 1_000;

/** Returns a function that returns the ms of suspension since this call. */
export function watchSuspension(clock: Pick<Clock, 'monotonic'>, uptimeMs: () => number): () => number {
  let aheadOfMonotonic = uptimeMs() - clock.monotonic();
  let suspendedMs = 0;
  return () => {
    const ahead = uptimeMs() - clock.monotonic();
    if (ahead - aheadOfMonotonic > uptimeGraceMs) {
      suspendedMs += ahead - aheadOfMonotonic;
      aheadOfMonotonic = ahead;
    }
    return suspendedMs;
  };
}

export interface SteadyClock extends Clock {
  /** True while the wall clock is distrusted and `wall()` advances by elapsed time. */
  readonly doubted: boolean;
}

/**
 * A clock whose wall time starts at `startAt` (Unix ms) and advances by elapsed time, including suspensions, while the
 * system's wall clock differs from that by over an hour, until it is steady for a minute. Times outside 2000 to 2100
 * are never accepted.
 */
export function createSteadyClock(
  raw: Clock,
  parts: { readonly startAt: number; readonly log: Logger; readonly uptimeMs?: () => number },
): SteadyClock {
  const { log, uptimeMs = machineUptimeMs } = parts;
  const begin = { wall: raw.wall(), monotonic: raw.monotonic() };
  const suspension = watchSuspension(raw, uptimeMs);
  let suspendedMs = 0;
  let held = { offset: begin.wall - begin.monotonic, since: begin.monotonic };
  /** `elapsed` is monotonic ms and suspensions. */
  let trusted: { wall: number; elapsed: number } = { wall: parts.startAt, elapsed: begin.monotonic };
  let doubted = false;
  let logged = false;
  let loggedAt = -Infinity;

  function distrust(aheadMs: number, monotonic: MonotonicMs): void {
    if (doubted) return;
    doubted = true;
    logged = monotonic - loggedAt >= logAgainMs;
    if (!logged) return;
    loggedAt = monotonic;
    log.warn(
      { ahead_ms: aheadMs },
      'system clock differs from elapsed time by over an hour; elapsed time is used until the clock is steady for a minute',
    );
  }

  function trust(aheadMs: number): void {
    if (doubted && logged) log.info({ ahead_ms: aheadMs }, 'system clock is used again');
    doubted = false;
  }

  function wall(): number {
    const now = { wall: raw.wall(), monotonic: raw.monotonic() };
    const offset = now.wall - now.monotonic;
    if (Math.abs(offset - held.offset) > driftMs) {
      suspendedMs = suspension();
      held = { offset, since: now.monotonic };
    }
    const elapsed = now.monotonic + suspendedMs;
    const expected = trusted.wall + Math.floor(elapsed - trusted.elapsed);
    const aheadMs = now.wall - expected;
    const holds = now.monotonic - held.since >= holdMs;
    if (isPlausible(now.wall) && (Math.abs(aheadMs) <= largestStepMs || holds)) {
      trusted = { wall: now.wall, elapsed };
      trust(aheadMs);
      return now.wall;
    }
    distrust(aheadMs, now.monotonic);
    return expected;
  }

  wall();
  return {
    wall,
    monotonic: () => raw.monotonic(),
    get doubted() {
      return doubted;
    },
  };
}
