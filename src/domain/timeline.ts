import type { Health } from './health.js';
import { merge } from './intervals.js';
import type { StateReason } from './reason.js';
import type { Interval, State, StateDurations, StatePoint } from './state.js';

/** ms added to (sign 1) or taken from (sign -1) a state over [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly state: State;
  readonly sign: 1 | -1;
  /** No later result dates a state back into it. */
  readonly final: boolean;
}

/** Spans of contiguous segments; the last one ends at `to`. */
export function spansOf(
  segments: readonly { from: number; state: State }[],
  to: number,
  sign: 1 | -1,
  final = false,
): Span[] {
  return segments
    .map(({ from, state }, index) => ({ from, to: segments[index + 1]?.from ?? to, state, sign, final }))
    .filter((span) => span.to > span.from);
}

interface Standing {
  readonly state: State;
  readonly reason: StateReason | null;
}

/** True when both belong to one interval of a time line; unknown with different reasons gives two. */
export function sameStretch(a: Standing, b: Standing): boolean {
  return a.state === b.state && (a.state !== 'unknown' || a.reason === b.reason);
}

/** Confirmed state; null before the first conclusive result. */
function confirmedStanding(health: Health): Standing | null {
  if (health.belief === 'down') return { state: 'unhealthy', reason: health.incident?.reason ?? null };
  return health.lastSuccess && { state: health.lastSuccess.outcome, reason: health.lastSuccess.reason };
}

/** Reason for unknown at `time`, at or after the newest slot, if no result follows. */
function whyUnknown(health: Health, time: number): StateReason {
  const { unknowns, gaps } = health;
  if (unknowns !== null) return time < unknowns.validUntil ? unknowns.reason : 'not_watched';
  return confirmedStanding(health) === null && !gaps.some((gap) => gap <= time) ? 'not_yet' : 'not_watched';
}

/** State at `time`, at or after the newest slot, if no result follows. */
export function standingAt(health: Health, time: number): Standing {
  return standingBeside(health, health.windows, time);
}

/** The same, where `windows` has those of the health that cover the time. */
function standingBeside(health: Health, windows: readonly Interval[], time: number): Standing {
  if (windows.some(({ from, to }) => from <= time && time < to)) {
    return { state: 'maintenance', reason: null };
  }
  if (health.pauses.some(({ from, to }) => from <= time && (to === null || time < to))) {
    return { state: 'unknown', reason: 'paused' };
  }
  const standing = time < health.validUntil ? confirmedStanding(health) : null;
  return standing ?? { state: 'unknown', reason: whyUnknown(health, time) };
}

/** Unix ms at which the state may change without a result. */
function edgesOf({ windows, pauses, gaps, validUntil, unknowns }: Health): number[] {
  const spans = [...windows, ...pauses].flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  return [...spans, ...gaps, validUntil, ...(unknowns === null ? [] : [unknowns.validUntil])];
}

/**
 * The time line after the newest slot and before `to`, without further results: a result expires, a window or a pause
 * starts or ends. Derived, never stored, so that the stored time line depends on results alone.
 */
export function tail(health: Health, to: number): StatePoint[] {
  const edges = edgesOf(health).filter((edge) => edge > health.settled && edge < to);
  const windows = merge(health.windows);
  let window = 0;
  const points: StatePoint[] = [];
  let last: Standing = health;
  for (const from of edges.sort((a, b) => a - b)) {
    // At most one window covers the edge; passing all of them for each edge takes quadratic time.
    while ((windows[window]?.to ?? Infinity) <= from) window += 1;
    const standing = standingBeside(health, windows.slice(window, window + 1), from);
    if (sameStretch(standing, last)) continue;
    last = standing;
    points.push({ from, ...standing });
  }
  return points;
}

/** Unix ms after `now` at which the state may next change without a result; Infinity when it cannot. */
export function nextEdge(health: Health, now: number): number {
  let next = Infinity;
  const look = (edge: number | null): void => {
    if (edge !== null && edge > now && edge < next) next = edge;
  };
  for (const spans of [health.windows, health.pauses]) {
    for (const { from, to } of spans) {
      look(from);
      look(to);
    }
  }
  health.gaps.forEach(look);
  look(health.validUntil);
  look(health.unknowns?.validUntil ?? null);
  return next;
}

/**
 * State at `now` with its start and reason; for unknown the newest reason. No stretch of one state spans a window, so the
 * last two suffice: a paused model has all windows since its last result.
 */
export function stateAt(health: Health, now: number): Standing & { readonly since: number } {
  const { settled, state, since, reason } = health;
  // So it is for nearly every model whenever it is shown.
  if (nextEdge(health, settled) > now) return { state, since, reason };
  const windows = merge(health.windows.filter(({ from }) => from <= now)).slice(-2);
  return after(health, tail({ ...health, windows }, now + 1));
}

/** Applies `points` to a state; a new reason for unknown does not change `since`. */
export function after(
  { state, since, reason }: Pick<Health, 'state' | 'since' | 'reason'>,
  points: readonly StatePoint[],
): Standing & { readonly since: number } {
  return points.reduce(
    (last, point) => ({
      state: point.state,
      since: point.state === last.state ? last.since : point.from,
      reason: point.reason,
    }),
    { state, since, reason },
  );
}

export interface TimelineInterval extends Interval {
  readonly state: State;
  readonly reason: StateReason | null;
}

/** Appends an interval to a time line and joins it with the last one when `sameStretch` holds. */
export function append(timeline: TimelineInterval[], next: TimelineInterval): void {
  const last = timeline.at(-1);
  if (last !== undefined && sameStretch(last, next)) timeline[timeline.length - 1] = { ...last, to: next.to };
  else timeline.push(next);
}

/** Converts points to intervals within `window`, clipped to it; each point lasts until the next. */
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

/** The time of all states. */
export function totalMs({ healthy, degraded, unhealthy, unknown, maintenance }: StateDurations): number {
  return healthy + degraded + unhealthy + unknown + maintenance;
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

export function takeDurations(a: StateDurations, b: StateDurations): StateDurations {
  return {
    healthy: a.healthy - b.healthy,
    degraded: a.degraded - b.degraded,
    unhealthy: a.unhealthy - b.unhealthy,
    unknown: a.unknown - b.unknown,
    maintenance: a.maintenance - b.maintenance,
  };
}
