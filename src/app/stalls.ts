import type { Logger } from 'pino';
import type { Found } from '../domain/check.js';
import { monotonicMs, type Clock, type MonotonicMs } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import type { CheckResult } from '../domain/result.js';
import { machineUptimeMs, watchSuspension } from './steady-clock.js';
import { highest } from '../domain/list.js';

/** ms between clock readings in the event loop; each takes a microsecond. */
const lookEveryMs = 50;
/** Stalls up to this many ms are ignored. */
const bearableMs = 250;
/** Most ms between a stall and a failure that it may have caused: a missed deadline, a peer that closed the connection. */
const wakingMs = 1_000;
/** The stall is taken as the cause when it lasted at least this share of the check, ... */
const stalledShare = 0.25;
/** ... and, for a timeout, when the model had less than this share of its timeout to answer. */
const timeoutShare = 0.75;
/** Most consecutive failures of a model set aside, so that a monitor that keeps stalling does not hide an outage. */
const mostSetAside = 3;
/** ms for which stalls are kept: longer than any check. */
const keptMs = 3_600_000;
const mostKept = 1_000;
const logAgainMs = 60_000;

export interface Stall {
  readonly from: MonotonicMs;
  readonly to: MonotonicMs;
  /** Stalled ms by the monotonic clock. */
  readonly stoodMs: number;
  /** Suspended ms, during which the monotonic clock stops as well. */
  readonly suspendedMs: number;
}

/** The stalls over 250 ms that overlap a span of time. */
export interface StallOverlap {
  readonly longestMs: number;
  /** End of the last one. */
  readonly endedAt: MonotonicMs;
  /** Stalled ms in the span, including suspensions. */
  readonly stalledMs: number;
  /** Other ms of the span. */
  readonly awakeMs: number;
}

export interface Stalls {
  /** The stalls in [from, to]; null for none. */
  within(from: MonotonicMs, to: MonotonicMs): StallOverlap | null;
  stop(): void;
}

/** Summary of the stalls that overlap [from, to]; null for none. */
export function overlapOf(stalls: readonly Stall[], from: MonotonicMs, to: MonotonicMs): StallOverlap | null {
  const during = stalls.filter((stall) => stall.to >= from && stall.from <= to);
  if (during.length === 0) return null;
  let [stoodMs, suspendedMs] = [0, 0];
  for (const stall of during) {
    const overlap = Math.min(to, stall.to) - Math.max(from, stall.from);
    stoodMs += Math.min(overlap, stall.stoodMs);
    suspendedMs += stall.suspendedMs;
  }
  return {
    longestMs: highest(during.map((stall) => stall.stoodMs + stall.suspendedMs)),
    endedAt: monotonicMs(highest(during.map((stall) => stall.to))),
    stalledMs: stoodMs + suspendedMs,
    awakeMs: to - from - stoodMs,
  };
}

/**
 * Detects stalls of the event loop: synchronous disk waits, a stopped process, a suspended machine. A suspension does not
 * show on the monotonic clock; the machine's uptime distinguishes it from a wall clock that was set.
 */
export function watchStalls(clock: Clock, log: Logger, uptimeMs = machineUptimeMs): Stalls {
  const suspension = watchSuspension(clock, uptimeMs);
  let suspended = 0;
  let last = { wall: clock.wall(), monotonic: clock.monotonic() };
  let stalls: Stall[] = [];
  let loggedAt = -Infinity;

  /** ms of suspension since the last call. */
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
      if (ms > wakingMs && now.monotonic - loggedAt >= logAgainMs) {
        loggedAt = now.monotonic;
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
      // Replies may be read before the timer fires that detects the stall.
      look();
      return overlapOf(stalls, from, to);
    },
    stop: () => clearInterval(timer),
  };
}

/** Reasons that a stall of the monitor can cause. */
const ofWaiting: ReadonlySet<Reason> = new Set([
  'timeout',
  'dns_error',
  'connect_error',
  'tls_error',
  'connection_lost',
]);

/** True for a failure at `at` that the stall may have caused. */
function mayHaveCaused(overlap: StallOverlap, reason: Reason, timeoutMs: number, at: MonotonicMs): boolean {
  const { endedAt, stalledMs, awakeMs } = overlap;
  if (!ofWaiting.has(reason) || at - endedAt > wakingMs) return false;
  if (stalledMs < stalledShare * (stalledMs + awakeMs)) return false;
  return reason !== 'timeout' || awakeMs < timeoutShare * timeoutMs;
}

/** Effect of a stall on a result. */
export interface Stalled {
  readonly longestMs: number;
  /** True for a failure that the stall may have caused and that is set aside. */
  readonly setAside: boolean;
}

/** Returns the effect of the stalls between monotonic `from` and `to` on a result; null for none. */
export type FindStalled = (model: Model, found: Found, from: MonotonicMs, to: MonotonicMs) => Stalled | null;

/**
 * Sets aside at most three consecutive failures of a model. `followed` returns an object that identifies a model while it
 * is in the registry.
 */
export function createFindStalled(parts: {
  readonly stalls: Pick<Stalls, 'within'>;
  readonly counted: () => void;
  readonly followed: (id: string) => object | undefined;
}): FindStalled {
  const { stalls, counted, followed } = parts;
  /** Consecutive failures per model that a stall may have caused, up to the limit. */
  const rows = new WeakMap<object, number>();

  /** Counts a result; true if its failure is set aside. */
  function setAside(id: string, mayBeCause: boolean): boolean {
    const model = followed(id);
    if (model === undefined) return mayBeCause;
    const row = mayBeCause ? (rows.get(model) ?? 0) : 0;
    if (mayBeCause) rows.set(model, Math.min(row + 1, mostSetAside));
    else rows.delete(model);
    return mayBeCause && row < mostSetAside;
  }

  return (model, found, from, to) => {
    const overlap = stalls.within(from, to);
    const measured = overlap !== null && found.durationMs !== null;
    const mayBeCause = measured && mayHaveCaused(overlap, found.reason, model.timeoutMs, to);
    const aside = setAside(model.id, mayBeCause);
    if (!measured) return null;
    counted();
    return { longestMs: overlap.longestMs, setAside: aside };
  };
}

function withoutSpeed(result: CheckResult): CheckResult {
  const copy: { -readonly [Member in keyof CheckResult]: CheckResult[Member] } = { ...result };
  delete copy.speed;
  return copy;
}

/** Removes latency and `slow` from a result, and changes a failure that is set aside to unknown with `internal_error`. */
export function withoutStall(
  result: CheckResult,
  { longestMs, setAside }: Stalled,
  { outcomes }: Pick<Model, 'outcomes'>,
): CheckResult {
  const unmeasured: CheckResult = {
    ...withoutSpeed(result),
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
