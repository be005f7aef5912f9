import type { TimeSpent } from './down-time.js';
import type { StateDurations } from './state.js';

export interface Uptime {
  /** (healthy + degraded) / (healthy + degraded + unhealthy); null when coverage is below 1 %. */
  readonly uptime: number | null;
  /** Share of the window, without maintenance, in which the state was known; null for an empty window. */
  readonly coverage: number | null;
}

const leastCoverage = 0.01;

/** Time-weighted uptime and its coverage. */
export function uptimeOf(durations: StateDurations): Uptime {
  const good = durations.healthy + durations.degraded;
  const known = good + durations.unhealthy;
  const watchable = known + durations.unknown;
  const coverage = watchable > 0 ? known / watchable : null;
  return { uptime: coverage !== null && coverage >= leastCoverage ? good / known : null, coverage };
}

/**
 * Time by state as if only the provider could be down: unhealthy time with another blame, or with none, counts as not watched.
 * `uptimeOf` of it is the provider's uptime with its coverage.
 */
export function providerDurations({ durations, down }: TimeSpent): StateDurations {
  const others = durations.unhealthy - down.provider;
  return { ...durations, unhealthy: down.provider, unknown: durations.unknown + others };
}

/** Uptime of the provider: time down by the blame of others is not watched. */
export function providerUptimeOf(spent: TimeSpent): Uptime {
  return uptimeOf(providerDurations(spent));
}

/** A ratio in percent with `digits` decimals, rounded down: 100 % means not one unhealthy millisecond. */
export function percentDown(ratio: number, digits = 2): string {
  const scale = 10 ** digits;
  const percent = Math.floor(Number((ratio * 100 * scale).toPrecision(12))) / scale;
  return `${(ratio < 1 ? Math.min(percent, 100 - 1 / scale) : percent).toFixed(digits)}%`;
}

/** Comparison of an uptime with an objective such as 0.99. */
export interface ObjectiveResult {
  /** Exact, not rounded; null while the uptime is unknown. */
  readonly met: boolean | null;
  /**
   * Share of the error budget that is used: time unhealthy / ((1 - objective) x time known), above 1 when the objective
   * is missed; null while the uptime is unknown (Site Reliability Engineering, O'Reilly 2016, chapter 3).
   */
  readonly budgetUsed: number | null;
}

/** The error budget of an objective in whole ms: the share of the known time that it allows to be down. */
export function errorBudgetMs(objective: number, { healthy, degraded, unhealthy }: StateDurations): number {
  // 1 - 0.99 is not exactly 0.01.
  return Math.round((1 - objective) * (healthy + degraded + unhealthy));
}

/** The share of the error budget of these durations that `downMs` of them use; above 1 when it is overspent. */
export function budgetShare(
  objective: number,
  { healthy, degraded, unhealthy }: StateDurations,
  downMs: number,
): number {
  const budget = (1 - objective) * (healthy + degraded + unhealthy);
  // 1 - 0.9 is not exactly 0.1: rounding removes the error, so that an exhausted budget is exactly 1.
  return Number((downMs / budget).toPrecision(12));
}

/** How much of the error budget of a window is used. */
export interface BudgetUse {
  /** Above 1 when it is overspent. */
  readonly used: number;
  readonly coverage: number;
}

/**
 * The use of the error budget of a whole window, of which `aheadMs` are still to come for a model that is younger: its first outage
 * of minutes does not use up the budget of a month. Null while the uptime is unknown.
 */
export function budgetUse(objective: number, durations: StateDurations, aheadMs: number): BudgetUse | null {
  const { uptime, coverage } = uptimeOf(durations);
  if (uptime === null || coverage === null) return null;
  const whole = { ...durations, healthy: durations.healthy + aheadMs };
  return { used: budgetShare(objective, whole, durations.unhealthy), coverage };
}

/** Compares ms per state with an objective above 0 and below 1. */
export function compareWithObjective(objective: number, durations: StateDurations): ObjectiveResult {
  const { uptime } = uptimeOf(durations);
  if (uptime === null) return { met: null, budgetUsed: null };
  return { met: uptime >= objective, budgetUsed: budgetShare(objective, durations, durations.unhealthy) };
}

/** The used share of an error budget in percent, rounded away from 100 %, which separates a met objective from a missed one. */
export function usedPercent(used: number): string {
  return used > 1 ? `${(Math.ceil(used * 10_000) / 100).toFixed(2)}%` : percentDown(used);
}

/** An objective as configured: 0.9995 is 99.95%. */
export function exactPercent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(12))}%`;
}
