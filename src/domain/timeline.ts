import type { Health } from './health.js';
import type { Interval, State, StateDurations, StatePoint } from './state.js';
import type { Reason } from './reason.js';

interface Standing {
  readonly state: State;
  readonly reason: Reason | null;
}

function believed(health: Health): Standing {
  if (health.belief === 'down') return { state: 'unhealthy', reason: health.incident?.reason ?? null };
  if (health.lastSuccess === null) return { state: 'unknown', reason: null };
  return { state: health.lastSuccess.outcome, reason: health.lastSuccess.reason };
}

/** What the model's memory says of a moment at or after its newest slot, if nothing follows. */
export function standingAt(health: Health, time: number): Standing {
  if (health.windows.some(({ from, to }) => from <= time && time < to)) {
    return { state: 'maintenance', reason: null };
  }
  return time < health.validUntil ? believed(health) : { state: 'unknown', reason: null };
}

/**
 * The time line after the newest slot and before `to`, as silence makes it: a result expires, a window begins or ends.
 * Derived, never stored, so that what is stored depends on results alone.
 */
export function tail(health: Health, to: number): StatePoint[] {
  const edges = health.windows.flatMap((window) => [window.from, window.to]).concat(health.validUntil);
  const points: StatePoint[] = [];
  let { state } = health;
  for (const from of edges.filter((edge) => edge > health.settled && edge < to).sort((a, b) => a - b)) {
    const standing = standingAt(health, from);
    if (standing.state === state) continue;
    ({ state } = standing);
    points.push({ from, ...standing });
  }
  return points;
}

/** Unix ms of the next moment after `now` at which silence changes the state; Infinity when it never does. */
export function nextEdge(health: Health, now: number): number {
  let next = health.validUntil > now ? health.validUntil : Infinity;
  for (const { from, to } of health.windows) {
    if (from > now && from < next) next = from;
    if (to > now && to < next) next = to;
  }
  return next;
}

/** State at `now`, the start of that state, and why. */
export function stateAt(health: Health, now: number): Standing & { readonly since: number } {
  const last = tail(health, now + 1).at(-1);
  if (last === undefined) return { state: health.state, since: health.since, reason: health.reason };
  return { state: last.state, since: last.from, reason: last.reason };
}

export interface TimelineInterval extends Interval {
  readonly state: State;
  readonly reason: Reason | null;
}

/** Puts an interval at the end of a time line, as part of the one before where both are of one state. */
export function append(timeline: TimelineInterval[], next: TimelineInterval): void {
  const last = timeline.at(-1);
  if (last?.state === next.state) timeline[timeline.length - 1] = { ...last, to: next.to };
  else timeline.push(next);
}

/** Turns points into the intervals that cover `window`; the first point is in force at its beginning or later. */
export function intervalsOf(points: readonly StatePoint[], window: Interval): TimelineInterval[] {
  const intervals: TimelineInterval[] = [];
  points.forEach((point, index) => {
    const from = Math.max(point.from, window.from);
    const to = Math.min(points[index + 1]?.from ?? window.to, window.to);
    if (from < to) append(intervals, { from, to, state: point.state, reason: point.reason });
  });
  return intervals;
}

export const noDurations: StateDurations = {
  healthy: 0,
  degraded: 0,
  unhealthy: 0,
  unknown: 0,
  maintenance: 0,
};

/** ms per state over intervals. */
export function durationsOf(
  intervals: readonly { from: number; to: number; state: State }[],
): StateDurations {
  const durations = { ...noDurations };
  for (const { from, to, state } of intervals) durations[state] += to - from;
  return durations;
}

export function addDurations(a: StateDurations, b: StateDurations): StateDurations {
  return {
    healthy: a.healthy + b.healthy,
    degraded: a.degraded + b.degraded,
    unhealthy: a.unhealthy + b.unhealthy,
    unknown: a.unknown + b.unknown,
    maintenance: a.maintenance + b.maintenance,
  };
}
