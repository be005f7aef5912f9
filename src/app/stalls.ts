import type { Logger } from 'pino';
import type { Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import type { CheckResult } from '../domain/result.js';
import { machineUptimeMs, watchSuspension } from './steady-clock.js';

/** The event loop looks at the clock so often; a look costs a microsecond. */
const lookEveryMs = 50;
/** A standstill up to this long is left in what checks measure. */
const bearableMs = 250;
/** A failure that comes out so soon after a standstill may be the monitor's: a deadline that passed, a peer that gave up. */
const wakingMs = 1_000;
/** It is the monitor's where it stood still for this share of the check, ... */
const stalledShare = 0.25;
/** ... and a model had less than this share of its timeout to answer. */
const timeoutShare = 0.75;
/** So many failures in a row of a model are set aside: a monitor that keeps standing still does not hide an outage. */
const mostSetAside = 3;
/** So long a standstill is kept: longer than any check takes. */
const keptMs = 3_600_000;
const mostKept = 1_000;
const tellAgainMs = 60_000;

export interface Stall {
  /** Monotonic ms. */
  readonly from: number;
  readonly to: number;
  /** Of the monotonic clock. */
  readonly stoodMs: number;
  /** In which the monotonic clock stood still, too. */
  readonly suspendedMs: number;
}

/** The standstills over 250 ms that overlap a span of time. */
export interface Standstill {
  readonly longestMs: number;
  /** Monotonic ms at which the last one ended. */
  readonly endedAt: number;
  /** What of the span they take, suspensions included. */
  readonly stalledMs: number;
  /** What is left of the span. */
  readonly awakeMs: number;
}

export interface Stalls {
  /** The standstills in [from, to], monotonic ms; null when there was none. */
  within(from: number, to: number): Standstill | null;
  stop(): void;
}

/** What the stalls are of [from, to]; null when none overlaps it. */
export function standstillIn(stalls: readonly Stall[], from: number, to: number): Standstill | null {
  const during = stalls.filter((stall) => stall.to >= from && stall.from <= to);
  if (during.length === 0) return null;
  let [stoodMs, suspendedMs] = [0, 0];
  for (const stall of during) {
    const overlap = Math.min(to, stall.to) - Math.max(from, stall.from);
    stoodMs += Math.min(overlap, stall.stoodMs);
    suspendedMs += stall.suspendedMs;
  }
  return {
    longestMs: Math.max(...during.map((stall) => stall.stoodMs + stall.suspendedMs)),
    endedAt: Math.max(...during.map((stall) => stall.to)),
    stalledMs: stoodMs + suspendedMs,
    awakeMs: to - from - stoodMs,
  };
}

/**
 * Watches how long the event loop stands still: while it waits for a disk, or the process or the machine is stopped. The
 * monotonic clock does not show a suspension. A wall clock that runs ahead of it may, or was set, which the uptime tells apart.
 */
export function watchStalls(clock: Clock, log: Logger, uptimeMs = machineUptimeMs): Stalls {
  const suspension = watchSuspension(clock, uptimeMs);
  let suspended = 0;
  let last = { wall: clock.wall(), monotonic: clock.monotonic() };
  let stalls: Stall[] = [];
  let toldAt = -Infinity;

  /** ms of suspension that were not seen before. */
  function newlySuspended(): number {
    const before = suspended;
    suspended = suspension();
    return suspended - before;
  }

  function look(): void {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    const passed = now.monotonic - last.monotonic;
    const stoodMs = Math.max(0, passed - lookEveryMs);
    const suspendedMs = now.wall - last.wall - passed > wakingMs ? newlySuspended() : 0;
    const ms = stoodMs + suspendedMs;
    if (ms > bearableMs) {
      const oldest = now.monotonic - keptMs;
      stalls = [...stalls, { from: last.monotonic, to: now.monotonic, stoodMs, suspendedMs }]
        .filter(({ to }) => to >= oldest)
        .slice(-mostKept);
      if (ms > wakingMs && now.monotonic - toldAt >= tellAgainMs) {
        toldAt = now.monotonic;
        log.warn(
          { stall_ms: Math.round(ms) },
          'the monitor was stalled; checks during that time have no latency',
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
      return standstillIn(stalls, from, to);
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
]);

/** True for a failure at `at` that the standstill may have caused. */
function mayHaveCaused(standstill: Standstill, reason: Reason, timeoutMs: number, at: number): boolean {
  const { endedAt, stalledMs, awakeMs } = standstill;
  if (!ofWaiting.has(reason) || at - endedAt > wakingMs) return false;
  if (stalledMs < stalledShare * (stalledMs + awakeMs)) return false;
  return reason !== 'timeout' || awakeMs < timeoutShare * timeoutMs;
}

/** How a standstill bears on a result. */
export interface Stalled {
  readonly longestMs: number;
  /** A failure that the standstill may have caused. */
  readonly setAside: boolean;
}

/** Gives how the standstills between monotonic `from` and `to` bear on what a check found then; null where they do not. */
export type FindStalled = (model: Model, found: Found, from: number, to: number) => Stalled | null;

/**
 * Failures are set aside three times in a row at most. `followed` gives whatever stands for a model as long as it is in the
 * registry.
 */
export function createFindStalled(parts: {
  readonly stalls: Pick<Stalls, 'within'>;
  readonly counted: () => void;
  readonly followed: (id: string) => object | undefined;
}): FindStalled {
  const { stalls, counted, followed } = parts;
  /** Failures in a row that were set aside, or would have been. */
  const rows = new WeakMap<object, number>();

  /** Counts a result; true for a failure that is set aside. */
  function setAside(id: string, doubtful: boolean): boolean {
    const model = followed(id);
    if (model === undefined) return doubtful;
    const row = doubtful ? (rows.get(model) ?? 0) : 0;
    if (doubtful) rows.set(model, Math.min(row + 1, mostSetAside));
    else rows.delete(model);
    return doubtful && row < mostSetAside;
  }

  return (model, found, from, to) => {
    const standstill = stalls.within(from, to);
    const measured = standstill !== null && found.durationMs !== null;
    const doubtful = measured && mayHaveCaused(standstill, found.reason, model.timeoutMs, to);
    const aside = setAside(model.id, doubtful);
    if (!measured) return null;
    counted();
    return { longestMs: standstill.longestMs, setAside: aside };
  };
}

/** A result without what the monitor slept through: it has neither latency nor `slow`, and a failure that is set aside says nothing. */
export function withoutStandstill(
  result: CheckResult,
  { longestMs, setAside }: Stalled,
  { outcomes }: Pick<Model, 'outcomes'>,
): CheckResult {
  const unmeasured: CheckResult = {
    ...result,
    durationMs: null,
    firstTokenMs: null,
    phases: {},
    stalled: true,
  };
  if (result.reason === 'slow')
    return { ...unmeasured, reason: 'ok', outcome: outcomeFor('ok', outcomes), detail: null };
  if (!setAside) return unmeasured;
  const detail = `the monitor was stalled for ${(longestMs / 1_000).toFixed(1)} s`;
  return { ...unmeasured, reason: 'internal_error', outcome: 'unknown', detail };
}
