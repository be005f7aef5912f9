import type { Histogram } from './histogram.js';
import type { Blame, Outcome } from './reason.js';
import type { StateDurations } from './state.js';

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** What happened to one model in a span of time, or a change to it; sums of two are again one. */
export interface Rollup {
  /** ms per state; negative in a change that dates a state back. */
  readonly durations: StateDurations;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Results that were not `ok`, by who has to act. */
  readonly blames: Readonly<Record<Blame, number>>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Durations of healthy and degraded results. */
  readonly latency: Histogram;
}
