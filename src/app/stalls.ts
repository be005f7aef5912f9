import type { Logger } from 'pino';
import type { Ask } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import type { CheckResult } from '../domain/result.js';

/** The event loop looks at the clock so often; a look costs a microsecond. */
const lookEveryMs = 50;
/** A standstill up to this long is left in what checks measure. */
const bearableMs = 250;
/** A failure that comes out so soon after a standstill is the monitor's: a deadline that passed, a peer that gave up. */
const wakingMs = 1_000;
/** So long a standstill is kept: longer than any check takes. */
const keptMs = 3_600_000;
const mostKept = 1_000;
const tellAgainMs = 60_000;

interface Stall {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

export interface Stalls {
  /** The longest standstill that overlaps [from, to], monotonic ms, and when the last one ended; null when none was over 250 ms. */
  within(from: number, to: number): { readonly longestMs: number; readonly endedAt: number } | null;
  stop(): void;
}

/**
 * Watches how long the event loop stands still: while it waits for a disk, or the process or the machine is stopped. A
 * wall clock that runs ahead of the monotonic one between two looks counts too, for that is how a suspended machine
 * shows, whose monotonic clock stands still with it.
 */
export function watchStalls(clock: Clock, log: Logger): Stalls {
  let last = { wall: clock.wall(), monotonic: clock.monotonic() };
  let stalls: Stall[] = [];
  let toldAt = -Infinity;

  function look(): void {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    const stood = now.monotonic - last.monotonic - lookEveryMs;
    const slept = now.wall - last.wall - lookEveryMs;
    const ms = Math.max(stood, slept > wakingMs ? slept : 0);
    if (ms > bearableMs) {
      const oldest = now.monotonic - keptMs;
      stalls = [...stalls, { from: last.monotonic, to: now.monotonic, ms }]
        .filter(({ to }) => to >= oldest)
        .slice(-mostKept);
      if (ms > wakingMs && now.monotonic - toldAt >= tellAgainMs) {
        toldAt = now.monotonic;
        log.warn(
          { stall_ms: Math.round(ms) },
          'the monitor stood still; checks of that time have no latency',
        );
      }
    }
    last = now;
  }

  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return {
    within(from, to) {
      // Replies are read before the timer comes that would have noticed.
      look();
      const during = stalls.filter((stall) => stall.to >= from && stall.from <= to);
      if (during.length === 0) return null;
      return {
        longestMs: Math.max(...during.map(({ ms }) => ms)),
        endedAt: Math.max(...during.map((stall) => stall.to)),
      };
    },
    stop: () => clearInterval(timer),
  };
}

/** What the peer, or the clock, may have ended because the monitor did not move. */
const ofWaiting: ReadonlySet<Reason> = new Set([
  'timeout',
  'dns_error',
  'connect_error',
  'tls_error',
  'connection_lost',
  'malformed_response',
]);

/**
 * The check, but what the monitor slept through is not told of the model: a reply has neither latency nor `slow`, and a
 * failure to get one that came out within a second of a standstill says nothing.
 */
export function despiteStalls(check: Ask, stalls: Stalls, clock: Clock, counted: () => void): Ask {
  return async (model, signal, key) => {
    const from = clock.monotonic();
    const found = await check(model, signal, key);
    const to = clock.monotonic();
    const stall = stalls.within(from, to);
    if (stall === null || found.durationMs === null) return found;
    counted();
    const { tokenEndpoint, ...result } = found;
    const unmeasured: CheckResult = {
      ...result,
      durationMs: null,
      firstTokenMs: null,
      phases: {},
      stalled: true,
    };
    if (found.reason === 'slow')
      return { ...unmeasured, reason: 'ok', outcome: outcomeFor('ok', model.outcomes), detail: null };
    if (!ofWaiting.has(found.reason) || to - stall.endedAt > wakingMs)
      return tokenEndpoint === undefined ? unmeasured : { ...unmeasured, tokenEndpoint };
    const detail = `the monitor stood still for ${(stall.longestMs / 1_000).toFixed(1)} s`;
    return { ...unmeasured, reason: 'internal_error', outcome: 'unknown', detail };
  };
}
