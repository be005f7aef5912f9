import { uptime } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { hourMs } from '../domain/period.js';
import { isPlausible } from '../domain/time.js';

/** A step up to this is believed at once: an hour, as between two zones, and a second for the drift of the clocks. */
const believedMs = hourMs + 1_000;
/** A clock that was set by more is believed when it has held for so long. */
const holdMs = 60_000;
/** A clock that moves by less against the monotonic one holds: NTP adjusts it by 30 ms a minute at most. */
const driftMs = 1_000;
const tellAgainMs = 60_000;
/** Time up to this is no suspension: the uptime is whole seconds on some systems. */
const uptimeGraceMs = 1_000;

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
    if (ahead - aheadOfMonotonic > uptimeGraceMs) {
      suspendedMs += ahead - aheadOfMonotonic;
      aheadOfMonotonic = ahead;
    }
    return suspendedMs;
  };
}

export interface SteadyClock extends Clock {
  /** The wall clock is in doubt, and `wall()` goes on by elapsed time. */
  readonly doubted: boolean;
}

/**
 * The clock, but its wall time goes on by elapsed time while the wall clock is over an hour off what that explains, until
 * the wall clock has held for a minute. Outside 2000 to 2100 it is never believed. Time begins at `startAt`, Unix ms. Elapsed time counts the time that the machine was suspended, by its uptime.
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
  let trusted = { wall: parts.startAt, elapsed: begin.monotonic };
  let doubted = false;
  let told = false;
  let toldAt = -Infinity;

  function doubt(aheadMs: number, monotonic: number): void {
    if (doubted) return;
    doubted = true;
    told = monotonic - toldAt >= tellAgainMs;
    if (!told) return;
    toldAt = monotonic;
    log.warn(
      { ahead_ms: aheadMs },
      'system clock jumped; elapsed time is used until the clock is steady for a minute',
    );
  }

  function believe(aheadMs: number): void {
    if (doubted && told) log.info({ ahead_ms: aheadMs }, 'system clock is used again');
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
    if (isPlausible(now.wall) && (Math.abs(aheadMs) <= believedMs || holds)) {
      trusted = { wall: now.wall, elapsed };
      believe(aheadMs);
      return now.wall;
    }
    doubt(aheadMs, now.monotonic);
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
