import type { Incident } from './incident.js';
import type { Outcome, Reason, StateReason } from './reason.js';
import type { RecordedResult } from './result.js';
import type { Interval, State, StatePoint } from './state.js';

/** Consecutive results of one kind; enough of them change the confirmed state. */
export interface Run {
  readonly kind: 'success' | 'failure';
  readonly count: number;
  /** Slot of its first result; a state change is dated back to it. */
  readonly from: number;
  /** Reason of its first result. */
  readonly reason: Reason;
  /** Detail of its first result; absent in runs that an earlier release started. */
  readonly detail?: string | null;
  /** Unix ms at which the run ends if no result follows. */
  readonly validUntil: number;
  /** Time line that its successes produce once they are confirmed. */
  readonly points: readonly StatePoint[];
  /** The recorded time line from `from` on; replaced when the run is confirmed. */
  readonly said: readonly { readonly from: number; readonly state: State }[];
}

/** Consecutive unknown results; enough of them make the state unknown, dated back to the first. */
export interface UnknownRow {
  /** 0 after a conclusive result or a window: the next unknown result starts a new row. */
  readonly count: number;
  /** Slot of its first result. */
  readonly from: number;
  /** Reason of its newest result; the reason for unknown until `validUntil`. */
  readonly reason: Reason;
  readonly validUntil: number;
  /** Time line that it produces once it is long enough; empty if the state is already unknown. */
  readonly points: readonly StatePoint[];
  /** The recorded time line from `from` on; replaced when the row is long enough. */
  readonly said: Run['said'];
}

/** Time in which the model is paused; `to` is null while the pause lasts. */
export interface Pause {
  readonly from: number;
  readonly to: number | null;
}

/**
 * State of the reducer for one model, sufficient to continue after a restart. Plain data, stored as JSON; times in
 * Unix ms.
 */
export interface Health {
  readonly firstSeen: number;
  readonly belief: 'none' | 'up' | 'down';
  readonly run: Run | null;
  readonly unknowns: UnknownRow | null;
  readonly lastSuccess: { readonly outcome: Outcome; readonly reason: Reason } | null;
  /** Unix ms until which the state is known if no result follows. */
  readonly validUntil: number;
  /** The newest slot; the time line before it is final except for open runs and rows. */
  readonly settled: number;
  /** State at `settled`, since when, and why. */
  readonly state: State;
  readonly since: number;
  readonly reason: StateReason | null;
  /** Maintenance windows that end after `settled`, sorted by start; they may overlap and count as their union. */
  readonly windows: readonly Interval[];
  /** Slots after `settled` that were missed while the daemon did not check; validity ends at the first of them. */
  readonly gaps: readonly number[];
  /** Pauses that end after `settled`, in ascending order; validity ends where one starts. */
  readonly pauses: readonly Pause[];
  /** Times after `settled`, in ascending order, at which the subject of the checks changes; runs end there. */
  readonly newRunsAt: readonly number[];
  readonly incident: Incident | null;
  /** Results in a row with reason `rate_limited`. */
  readonly rateLimited: { readonly count: number; readonly validUntil: number } | null;
  /** Start of the consecutive results with reason `model_loading`. */
  readonly loading: { readonly since: number; readonly validUntil: number } | null;
}

/** Health of a model that was never checked. */
export function newHealth(firstSeen: number): Health {
  return {
    firstSeen,
    belief: 'none',
    run: null,
    unknowns: null,
    lastSuccess: null,
    validUntil: firstSeen,
    settled: firstSeen,
    state: 'unknown',
    since: firstSeen,
    reason: 'not_yet',
    windows: [],
    gaps: [],
    pauses: [],
    newRunsAt: [],
    incident: null,
    rateLimited: null,
    loading: null,
  };
}

/** Restores stored health; members that an earlier release did not store get the values of a new model. */
export function healthFrom(stored: Partial<Health> | undefined, firstSeen: number): Health {
  return { ...newHealth(firstSeen), ...stored };
}

/** Ends every validity at `slot`, the first slot missed because the daemon was down, stopping or blocked. */
export function withGap(health: Health, slot: number): Health {
  if (slot <= health.settled || health.gaps.includes(slot)) return health;
  const gaps = [...health.gaps, slot].sort((a, b) => a - b);
  return { ...health, gaps, ...cutValidity(health, slot) };
}

function cutValidity(health: Health, at: number) {
  const cut = <T extends { readonly validUntil: number }>(row: T | null): T | null =>
    row && { ...row, validUntil: Math.min(row.validUntil, at) };
  return {
    validUntil: Math.min(health.validUntil, at),
    run: cut(health.run),
    unknowns: cut(health.unknowns),
    rateLimited: cut(health.rateLimited),
    loading: cut(health.loading),
  };
}

/** Pauses the model at `at`, after the newest slot or when it is first seen; the state is unknown from then on. */
export function withPause(health: Health, at: number): Health {
  if (health.pauses.at(-1)?.to === null) return health;
  const paused = {
    ...health,
    pauses: [...health.pauses, { from: at, to: null }],
    ...cutValidity(health, at),
  };
  return at === health.firstSeen ? { ...paused, reason: 'paused' } : paused;
}

/** Ends the pause at `at`. Validity from before the pause is not restored. */
export function withResumption(health: Health, at: number): Health {
  const open = health.pauses.at(-1);
  if (open?.to !== null) return health;
  return { ...health, pauses: [...health.pauses.slice(0, -1), { ...open, to: at }] };
}

/**
 * Adds maintenance windows that have started, in one pass; a window with the same start is replaced. Windows are not
 * retroactive: the part before the newest slot is ignored.
 */
export function withWindows(health: Health, added: readonly Interval[]): Health {
  const windows = new Map(health.windows.map((window) => [window.from, window]));
  for (const window of added) {
    const known = windows.has(window.from);
    const from = known ? window.from : Math.max(window.from, health.settled + 1);
    if (!known && window.to <= from) continue;
    const to = known ? window.to : Math.max(window.to, windows.get(from)?.to ?? window.to);
    if (to > from) windows.set(from, { from, to });
    else windows.delete(from);
  }
  return { ...health, windows: [...windows.values()].sort((one, other) => one.from - other.from) };
}

/** Ends runs at `at`, after the newest slot, where the subject of the checks changes. */
export function withNewRun(health: Health, at: number): Health {
  return { ...health, newRunsAt: [...health.newRunsAt, at] };
}

/** Extends a row over an ignored unknown result: it ends if no result follows that one in time. */
export function waiting<T extends { readonly validUntil: number }>(
  row: T | null,
  validUntil: number,
): T | null {
  return row && { ...row, validUntil: Math.max(row.validUntil, validUntil) };
}

/** Unix ms until which the state or the run is valid, whichever is later. */
export function validityOf({ validUntil, run }: Health): number {
  return Math.max(validUntil, run?.validUntil ?? 0);
}

/** True while a run needs more results to change the belief. */
export function awaitsMore({ belief, run }: Pick<Health, 'belief' | 'run'>): boolean {
  return run !== null && (run.kind === 'failure') !== (belief === 'down');
}

/** True for a failure of a model that is not down, or for a success of one that was down until its state expired. */
function isUnconfirmed({ belief, validUntil }: Health, { slot, outcome }: RecordedResult): boolean {
  switch (outcome) {
    case 'unhealthy':
      return belief !== 'down';
    case 'healthy':
    case 'degraded':
      return belief === 'down' && validUntil <= slot;
    case 'unknown':
      return false;
  }
}

/**
 * Unix ms of the recheck of a result: `recheckAfterMs` after its end, or when the provider's Retry-After has passed,
 * whichever is later. Null when it needs no confirmation or is a recheck itself.
 */
export function recheckAt(
  health: Health,
  result: RecordedResult,
  endedAt: number,
  recheckAfterMs: number,
): number | null {
  if (result.maintenance || result.kind === 'recheck' || !isUnconfirmed(health, result)) return null;
  return endedAt + Math.max(recheckAfterMs, result.retryAfterMs ?? 0);
}
