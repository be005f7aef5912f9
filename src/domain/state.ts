import type { StateReason } from './reason.js';

/** Confirmed state of a model, in the order of columns in the store. */
export const states = ['healthy', 'degraded', 'unhealthy', 'unknown', 'maintenance'] as const;
export type State = (typeof states)[number];

/** A half-open interval [from, to) in Unix ms. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** From `from` on the model is in `state`, until the next such point. */
export interface StatePoint {
  readonly from: number;
  readonly state: State;
  /** Reason at `from`; null for maintenance, and for unknown time recorded by a release that did not store it. */
  readonly reason: StateReason | null;
}

/** Milliseconds in each state. */
export type StateDurations = Readonly<Record<State, number>>;
