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

/** A window of a model. */
export interface PastWindow extends Interval {
  readonly past: Past;
}

/** ms per state over each of the windows, exact; one call of the store. */
export async function durationsOfAll(
  store: Pick<StoreReader, 'durations'>,
  windows: readonly PastWindow[],
): Promise<StateDurations[]> {
  const parts = windows.map(({ past: { key, stored, exclusions }, ...window }) => {
    const { from, to } = clip(stored, window);
    const holes = clipTo(merge(exclusions), { from, to });
    const settled = { from, to: Math.max(from, Math.min(to, stored.settled)) };
    const since = intervalsOf(silenceAfter(stored, to), { from: settled.to, to });
    const without = clipTo(holes, settled);
    return { asked: { key, ...settled, without }, silent: durationsOf(exclude(since, holes)) };
  });
  const asked = parts.map((part) => part.asked).filter(({ from, to }) => from < to);
  const told = (asked.length === 0 ? [] : await store.durations(asked)).values();
  return parts.map(({ asked: { from, to, without }, silent }) => {
    const sum = addDurations(from < to ? (told.next().value ?? noDurations) : noDurations, silent);
    return { ...sum, maintenance: sum.maintenance + totalOf(without) };
  });
}

/** ms per state over `window`, exact. */
export async function durationsBetween(
  store: Pick<StoreReader, 'durations'>,
  past: Past,
  window: Interval,
): Promise<StateDurations> {
  const [durations] = await durationsOfAll(store, [{ past, ...window }]);
  return durations ?? noDurations;
}
