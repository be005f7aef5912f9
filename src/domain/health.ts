import type { Incident } from './incident.js';
import type { Outcome, Reason, StateReason } from './reason.js';
import type { RecordedResult } from './result.js';
import type { Interval, State, StatePoint } from './state.js';

/** A row of like results: what has to agree before a belief changes. */
export interface Run {
  readonly kind: 'success' | 'failure';
  readonly count: number;
  /** Slot of its first result, to which a change is dated back. */
  readonly from: number;
  /** Reason of its first result. */
  readonly reason: Reason;
  /** Detail of its first result; absent where an earlier release began it. */
  readonly detail?: string | null;
  /** The run ends when no result follows until then. */
  readonly validUntil: number;
  /** The time line its successes would give, while they are not believed yet. */
  readonly points: readonly StatePoint[];
  /** What the time line says from `from` on, to be taken back when the run is believed. */
  readonly said: readonly { readonly from: number; readonly state: State }[];
}

/** Unknown results in a row: enough of them end what was known, back to the first. */
export interface UnknownRow {
  /** 0 once a conclusive result or a window came between: the next one begins another row. */
  readonly count: number;
  /** Slot of its first result. */
  readonly from: number;
  /** Reason of its newest result, which says why the model is unknown until `validUntil`. */
  readonly reason: Reason;
  readonly validUntil: number;
  /** The time line it would give, while it is not long enough; empty where nothing is known anyway. */
  readonly points: readonly StatePoint[];
  /** What the time line says from `from` on, to be taken back when the row is long enough. */
  readonly said: Run['said'];
}

/** Time in which the configuration pauses the model; `to` is null while it does. */
export interface Pause {
  readonly from: number;
  readonly to: number | null;
}

/**
 * Everything the reducer remembers of a model: enough to go on after a restart. Plain data, stored as JSON; times in
 * Unix ms.
 */
export interface Health {
  readonly firstSeen: number;
  readonly belief: 'none' | 'up' | 'down';
  readonly run: Run | null;
  readonly unknowns: UnknownRow | null;
  readonly lastSuccess: { readonly outcome: Outcome; readonly reason: Reason } | null;
  /** The state is known until then, if nothing follows. */
  readonly validUntil: number;
  /** The time line is settled up to here: the newest slot. */
  readonly settled: number;
  /** State at `settled`, since when, and why. */
  readonly state: State;
  readonly since: number;
  readonly reason: StateReason | null;
  /** Maintenance windows that end after `settled`, by beginning; they may overlap and count as their union. */
  readonly windows: readonly Interval[];
  /** Slots after `settled` that were missed because nobody watched; no validity reaches past one. */
  readonly gaps: readonly number[];
  /** Pauses that end after `settled`, in order; no validity reaches into one. */
  readonly pauses: readonly Pause[];
  /** Times after `settled`, in order, from which the model asks something else: no run reaches across one. */
  readonly newRunsAt: readonly number[];
  readonly incident: Incident | null;
  /** Results in a row with reason `rate_limited`. */
  readonly rateLimited: { readonly count: number; readonly validUntil: number } | null;
  /** Since when every result said `model_loading`. */
  readonly loading: { readonly since: number; readonly validUntil: number } | null;
}

/** The memory of a model that was never checked. */
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

/** A memory that was stored: what an earlier release did not remember is as for a new model. */
export function healthFrom(stored: Partial<Health> | undefined, firstSeen: number): Health {
  return { ...newHealth(firstSeen), ...stored };
}

/** Cuts every validity at `slot`, the first one missed because the daemon was down, stopping or blocked. */
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

/** Pauses the model from `at` on, after the newest slot or when it is first seen: it is unknown at once. */
export function withPause(health: Health, at: number): Health {
  if (health.pauses.at(-1)?.to === null) return health;
  const paused = {
    ...health,
    pauses: [...health.pauses, { from: at, to: null }],
    ...cutValidity(health, at),
  };
  return at === health.firstSeen ? { ...paused, reason: 'paused' } : paused;
}

/** Ends the pause at `at`, after it began. What was valid before stays cut. */
export function withResumption(health: Health, at: number): Health {
  const open = health.pauses.at(-1);
  if (open?.to !== null) return health;
  return { ...health, pauses: [...health.pauses.slice(0, -1), { ...open, to: at }] };
}

/**
 * Adds maintenance windows that have begun, one after the other; one with the same beginning is replaced. What of a new
 * one lies up to the newest slot is too late. Any number of them costs one pass.
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

/** The model asks something else from `at` on, after the newest slot: results before and after do not confirm each other. */
export function withNewRun(health: Health, at: number): Health {
  return { ...health, newRunsAt: [...health.newRunsAt, at] };
}

/** What goes on over an unknown result, which counts as none: it ends when no result follows that one in time. */
export function waiting<T extends { readonly validUntil: number }>(
  row: T | null,
  validUntil: number,
): T | null {
  return row && { ...row, validUntil: Math.max(row.validUntil, validUntil) };
}

/** Unix ms until which a result or what it confirmed stands. */
export function validityOf({ validUntil, run }: Health): number {
  return Math.max(validUntil, run?.validUntil ?? 0);
}

/** A failure of a model that is not down, or a success of one that was down before nothing was known of it. */
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
 * Unix ms at which a result is to be looked at again: `recheckAfterMs` after its end, or when the provider's
 * Retry-After is over, whichever is later. Null when it needs no confirmation, or had its recheck.
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
