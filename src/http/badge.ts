import { quantile, type Histogram } from '../domain/histogram.js';
import type { State } from '../domain/state.js';
import { percentDown, type Uptime } from '../domain/uptime.js';

/** What a badge says, and in which colour of badge-maker. */
export interface Badge {
  readonly message: string;
  readonly color: string;
}

const unknown: Badge = { message: 'unknown', color: 'lightgrey' };
const stateColors: Readonly<Record<State, string>> = {
  healthy: 'brightgreen',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'lightgrey',
  maintenance: 'blue',
};
/** For a model without an objective. */
const usualObjective = 0.99;
/** A share of the window that is worth mentioning is missing below this. */
const wellCovered = 0.99;

export function stateBadge(state: State): Badge {
  return { message: state, color: stateColors[state] };
}

/** Uptime, with the share of the window that was watched where that is not nearly all; green from the objective on. */
export function uptimeBadge({ uptime, coverage }: Uptime, slo: number | null): Badge {
  if (uptime === null || coverage === null) return unknown;
  const objective = slo ?? usualObjective;
  // Twice the errors that are allowed.
  const close = 1 - 2 * (1 - objective);
  const color = uptime >= objective ? 'brightgreen' : uptime >= close ? 'yellow' : 'red';
  const watched = coverage >= wellCovered ? '' : ` (${percentDown(coverage, 0)} watched)`;
  return { message: percentDown(uptime) + watched, color };
}

/** The 95th percentile of healthy and degraded results. */
export function latencyBadge(latency: Histogram): Badge {
  const ms = quantile(latency, 0.95);
  if (ms === null) return unknown;
  const text = ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
  return { message: text, color: 'blue' };
}
