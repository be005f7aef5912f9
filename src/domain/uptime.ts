import type { StateDurations } from './state.js';

export interface Uptime {
  /** (healthy + degraded) / (healthy + degraded + unhealthy); null when less than 1 % of the window was watched. */
  readonly uptime: number | null;
  /** Share of the window less maintenance in which the state was known; null for an empty window. */
  readonly coverage: number | null;
}

const leastCoverage = 0.01;

/** Uptime weighted by time, always with the coverage that says how much it is worth. */
export function uptimeOf(durations: StateDurations): Uptime {
  const good = durations.healthy + durations.degraded;
  const known = good + durations.unhealthy;
  const watchable = known + durations.unknown;
  const coverage = watchable > 0 ? known / watchable : null;
  return { uptime: coverage !== null && coverage >= leastCoverage ? good / known : null, coverage };
}

/** A ratio in percent with `digits` decimals, rounded down, so that 100 % means without one bad millisecond. */
export function percentDown(ratio: number, digits = 2): string {
  const scale = 10 ** digits;
  const percent = Math.floor(Number((ratio * 100 * scale).toPrecision(12))) / scale;
  return `${(ratio < 1 ? Math.min(percent, 100 - 1 / scale) : percent).toFixed(digits)}%`;
}
