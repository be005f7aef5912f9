import type { Incident } from './incident.js';
import type { Outcome, Reason } from './reason.js';
import type { Interval, State } from './state.js';

/** A row of like results: what has to agree before a belief changes. */
export interface Run {
  readonly kind: 'success' | 'failure';
  readonly count: number;
  /** Slot and reason of its first result, to which a change is dated back. */
  readonly from: number;
  readonly reason: Reason;
  /** The run ends when no result follows before this time. */
  readonly validUntil: number;
  /** States the successes of the run would give, while they are not yet believed. */
  readonly points: readonly { readonly from: number; readonly state: State; readonly reason: Reason }[];
  /** What the time line says since `from`, to be taken back when the run is believed. */
  readonly since: readonly { readonly from: number; readonly state: State }[];
}

/** Everything the reducer remembers of a model: enough to go on after a restart. Plain data, stored as JSON. Times in Unix ms. */
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
  /** Maintenance windows that end after `settled`, in order, disjoint. */
  readonly windows: readonly Interval[];
  readonly incident: Incident | null;
  /** Results with reason `rate_limited` in a row. */
  readonly rateLimited: { readonly count: number; readonly validUntil: number } | null;
  /** Since when every result said `model_loading`. */
  readonly loading: { readonly since: number; readonly validUntil: number } | null;
}
