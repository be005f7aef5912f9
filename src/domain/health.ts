import type { Incident } from './incident.js';
import type { Outcome, Reason } from './reason.js';
import type { Interval, State, StatePoint } from './state.js';

/** A row of like results: what has to agree before a belief changes. */
export interface Run {
  readonly kind: 'success' | 'failure';
  readonly count: number;
  /** Slot of its first result, to which a change is dated back. */
  readonly from: number;
  /** Reason of its first result. */
  readonly reason: Reason;
  /** The run ends when no result follows until then. */
  readonly validUntil: number;
  /** The time line its successes would give, while they are not believed yet. */
  readonly points: readonly StatePoint[];
  /** What the time line says from `from` on, to be taken back when the run is believed. */
  readonly said: readonly { readonly from: number; readonly state: State }[];
}

/**
 * Everything the reducer remembers of a model: enough to go on after a restart. Plain data, stored as JSON; times in
 * Unix ms.
 */
export interface Health {
  readonly firstSeen: number;
  readonly belief: 'none' | 'up' | 'down';
  readonly run: Run | null;
  readonly lastSuccess: { readonly outcome: Outcome; readonly reason: Reason } | null;
  /** The state is known until then, if nothing follows. */
  readonly validUntil: number;
  /** The time line is settled up to here: the newest slot. */
  readonly settled: number;
  /** State at `settled`, since when, and why. */
  readonly state: State;
  readonly since: number;
  readonly reason: Reason | null;
  /** Maintenance windows that end after `settled`, by beginning; they may overlap and count as their union. */
  readonly windows: readonly Interval[];
  /** Slots after `settled` that were missed because nobody watched; no validity reaches past one. */
  readonly gaps: readonly number[];
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
    lastSuccess: null,
    validUntil: firstSeen,
    settled: firstSeen,
    state: 'unknown',
    since: firstSeen,
    reason: null,
    windows: [],
    gaps: [],
    newRunsAt: [],
    incident: null,
    rateLimited: null,
    loading: null,
  };
}

/** Cuts every validity at `slot`, the first one missed because the daemon was down, stopping or blocked. */
export function withGap(health: Health, slot: number): Health {
  if (slot <= health.settled || health.gaps.includes(slot)) return health;
  const gaps = [...health.gaps, slot].sort((a, b) => a - b);
  const cut = <T extends { readonly validUntil: number }>(row: T | null): T | null =>
    row && { ...row, validUntil: Math.min(row.validUntil, slot) };
  return {
    ...health,
    gaps,
    validUntil: Math.min(health.validUntil, slot),
    run: cut(health.run),
    rateLimited: cut(health.rateLimited),
    loading: cut(health.loading),
  };
}

/**
 * Adds a maintenance window that has begun; one with the same beginning is replaced. What of a new one lies up to the
 * newest slot is too late.
 */
export function withWindow(health: Health, window: Interval): Health {
  const known = health.windows.some(({ from }) => from === window.from);
  const from = known ? window.from : Math.max(window.from, health.settled + 1);
  if (!known && window.to <= from) return health;
  const beside = known ? undefined : health.windows.find((other) => other.from === from);
  const to = Math.max(window.to, beside?.to ?? window.to);
  const others = health.windows.filter((other) => other.from !== from);
  const windows = to > from ? [...others, { from, to }] : others;
  windows.sort((one, other) => one.from - other.from);
  return { ...health, windows };
}

/** The model asks something else from `at` on, after the newest slot: results before and after do not confirm each other. */
export function withNewRun(health: Health, at: number): Health {
  return { ...health, newRunsAt: [...health.newRunsAt, at] };
}

/** True while a result or what it confirmed still stands at `now`. */
export function hasValidResult(health: Health, now: number): boolean {
  return now < Math.max(health.validUntil, health.run?.validUntil ?? 0);
}
