import type { Outcome, Reason } from './reason.js';

/** The part of a result that the reducer uses. */
export interface Observation {
  /** Unix ms the result stands for. */
  readonly slot: number;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string | null;
}

/** Rules in effect at the result's slot. */
export interface Rules {
  /** ms from the slot to the next one of the schedule. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures in a row that make a model unhealthy, successes in a row that make it healthy again. */
  readonly failures: number;
  readonly successes: number;
  readonly loadingGraceMs: number;
}
