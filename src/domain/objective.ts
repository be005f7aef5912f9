import type { StateDurations } from './state.js';
import { uptimeOf } from './uptime.js';

/** How the uptime of a window compares with an objective such as 0.99. */
export interface Verdict {
  /** Exact, not rounded; null while the uptime is unknown. */
  readonly met: boolean | null;
  /**
   * Share of the error budget that is used: time unhealthy / ((1 - objective) x time known), above 1 when the objective
   * is missed; null while the uptime is unknown (Site Reliability Engineering, O'Reilly 2016, chapter 3).
   */
  readonly budgetUsed: number | null;
}

/** Judges time per state by an objective above 0 and below 1. */
export function judgedBy(objective: number, durations: StateDurations): Verdict {
  const { uptime } = uptimeOf(durations);
  if (uptime === null) return { met: null, budgetUsed: null };
  const { healthy, degraded, unhealthy } = durations;
  const budget = (1 - objective) * (healthy + degraded + unhealthy);
  // 1 - 0.9 is not 0.1: what the subtraction adds goes again, so that a budget used up is 1.
  return { met: uptime >= objective, budgetUsed: Number((unhealthy / budget).toPrecision(12)) };
}
