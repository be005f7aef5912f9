import { setImmediate } from 'node:timers/promises';
import type { Health } from '../domain/health.js';
import { exclude } from '../domain/exclusion.js';
import { clipTo, merge, totalOf } from '../domain/intervals.js';
import type { Interval, StateDurations, StatePoint } from '../domain/state.js';
import {
  addDurations,
  append,
  durationsOf,
  intervalsOf,
  noDurations,
  tail,
  type TimelineInterval,
} from '../domain/timeline.js';
import type { ModelKey, StoreReader } from './port.js';

const pointsAtOnce = 10_002;

/** Data about a model that queries over its past need. */
export interface Past {
  readonly key: ModelKey;
  /** The newest stored memory, which has the states after the newest slot. */
  readonly stored: Health;
  readonly exclusions: readonly Interval[];
}

/** The part of `window` in which the model existed; empty when it did not. */
export function clip(health: Health, window: Interval): Interval {
  const from = Math.max(window.from, health.firstSeen);
  return { from, to: Math.max(from, window.to) };
}

/** The time line from the newest slot to `to`. */
export function silenceAfter(health: Health, to: number): StatePoint[] {
  return [{ from: health.settled, state: health.state, reason: health.reason }, ...tail(health, to)];
}

/** State intervals over `window`, the first `most` of them; reads little beyond them. */
export async function timelineBetween(
  store: Pick<StoreReader, 'points'>,
  { key, stored, exclusions }: Past,
  window: Interval,
  most = Infinity,
): Promise<TimelineInterval[]> {
  const { from: begin, to } = clip(stored, window);
  // At least two, so that each page makes progress; intervals of one state are joined, so one page may be too few.
  const size = Math.min(most + 2, pointsAtOnce);
  const told: TimelineInterval[] = [];
  for (let from = begin; told.length <= most;) {
    const points = await store.points(key, from, to, size);
    const next = points.length < size ? to : (points.at(-1)?.from ?? to);
    const line = next < to ? points : [...points, ...tail(stored, to)];
    for (const interval of exclude(intervalsOf(line, { from, to: next }), exclusions)) append(told, interval);
    if (next === to) break;
    from = next;
    await setImmediate();
  }
  return told.slice(0, most);
}

/** ms per state over `window`, exact. */
export async function durationsBetween(
  store: Pick<StoreReader, 'durations'>,
  { key, stored, exclusions }: Past,
  window: Interval,
): Promise<StateDurations> {
  const { from, to } = clip(stored, window);
  const holes = clipTo(merge(exclusions), { from, to });
  const settled = { from, to: Math.max(from, Math.min(to, stored.settled)) };
  const excluded = clipTo(holes, settled);
  const told =
    settled.from < settled.to ? await store.durations(key, settled.from, settled.to, excluded) : noDurations;
  const since = intervalsOf(silenceAfter(stored, to), { from: settled.to, to });
  const sum = addDurations(told, durationsOf(exclude(since, holes)));
  return { ...sum, maintenance: sum.maintenance + totalOf(excluded) };
}
