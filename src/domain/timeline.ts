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
}

/** Spans of segments that each end where the next begins, the last one at `to`. */
export function spansOf(
  segments: readonly { from: number; state: State }[],
  to: number,
  sign: 1 | -1,
): Span[] {
  return segments
    .map(({ from, state }, index) => ({ from, to: segments[index + 1]?.from ?? to, state, sign }))
    .filter((span) => span.to > span.from);
}

interface Standing {
  readonly state: State;
  readonly reason: StateReason | null;
}

/** True where both are one stretch of a time line: unknown times with different reasons are two. */
export function sameStretch(a: Standing, b: Standing): boolean {
  return a.state === b.state && (a.state !== 'unknown' || a.reason === b.reason);
}

/** Null before anything was proved. */
function believed(health: Health): Standing | null {
  if (health.belief === 'down') return { state: 'unhealthy', reason: health.incident?.reason ?? null };
  return health.lastSuccess && { state: health.lastSuccess.outcome, reason: health.lastSuccess.reason };
}

/** Why the model is unknown at a moment at or after its newest slot, if nothing follows. */
function whyUnknown(health: Health, time: number): StateReason {
  const { unknowns, gaps } = health;
  if (unknowns !== null) return time < unknowns.validUntil ? unknowns.reason : 'not_watched';
  return believed(health) === null && !gaps.some((gap) => gap <= time) ? 'not_yet' : 'not_watched';
}

/** What the model's memory says of a moment at or after its newest slot, if nothing follows. */
export function standingAt(health: Health, time: number): Standing {
  if (health.windows.some(({ from, to }) => from <= time && time < to)) {
    return { state: 'maintenance', reason: null };
  }
  if (health.pauses.some(({ from, to }) => from <= time && (to === null || time < to))) {
    return { state: 'unknown', reason: 'paused' };
  }
  const standing = time < health.validUntil ? believed(health) : null;
  return standing ?? { state: 'unknown', reason: whyUnknown(health, time) };
}

/** Moments at which silence may change the state. */
function edgesOf({ windows, pauses, gaps, validUntil, unknowns }: Health): number[] {
  const spans = [...windows, ...pauses].flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  return [...spans, ...gaps, validUntil, ...(unknowns === null ? [] : [unknowns.validUntil])];
}

/**
 * The time line after the newest slot and before `to`, as silence makes it: a result expires, a window or a pause begins or
 * ends.
 * Derived, never stored, so that what is stored depends on results alone.
 */
export function tail(health: Health, to: number): StatePoint[] {
  const edges = edgesOf(health).filter((edge) => edge > health.settled && edge < to);
  const windows = merge(health.windows);
  let window = 0;
  const points: StatePoint[] = [];
  let last: Standing = health;
  for (const from of edges.sort((a, b) => a - b)) {
    // At most one of them covers the edge: to look at all of them for each would cost their square.
    while ((windows[window]?.to ?? Infinity) <= from) window += 1;
    const standing = standingAt({ ...health, windows: windows.slice(window, window + 1) }, from);
    if (sameStretch(standing, last)) continue;
    last = standing;
    points.push({ from, ...standing });
  }
  return points;
}

/** Unix ms of the next moment after `now` at which silence changes the state; Infinity when it never does. */
export function nextEdge(health: Health, now: number): number {
  let next = Infinity;
  for (const edge of edgesOf(health)) if (edge > now && edge < next) next = edge;
  return next;
}

/** State at `now`, the start of that state, and why: of an unknown one the newest reason. */
export function stateAt(health: Health, now: number): Standing & { readonly since: number } {
  return after(health, tail(health, now + 1));
}

/** The state that `points` lead to, from that of the memory; another reason to be unknown does not begin it anew. */
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

/** Puts an interval at the end of a time line, as part of the one before where both are one stretch. */
export function append(timeline: TimelineInterval[], next: TimelineInterval): void {
  const last = timeline.at(-1);
  if (last !== undefined && sameStretch(last, next)) timeline[timeline.length - 1] = { ...last, to: next.to };
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
