import { setImmediate } from 'node:timers/promises';
import type { Health } from '../domain/health.js';
import { exclude } from '../domain/exclusion.js';
import { clipTo, merge, subtract, totalOf } from '../domain/intervals.js';
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
/** Intervals between exclusions that are queried before yielding to the event loop; a few ms. */
const partsAtOnce = 100;

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
  const clipped = clip(stored, window);
  const excluded = clipTo(merge(exclusions), clipped);
  let sum: StateDurations = { ...noDurations, maintenance: totalOf(excluded) };
  for (const [index, part] of subtract(clipped, excluded).entries()) {
    sum = addDurations(sum, await seenBetween(store, key, stored, part));
    if (index % partsAtOnce === partsAtOnce - 1) await setImmediate();
  }
  return sum;
}

async function seenBetween(
  store: Pick<StoreReader, 'durations'>,
  key: ModelKey,
  health: Health,
  { from, to }: Interval,
): Promise<StateDurations> {
  const settled = Math.min(to, health.settled);
  const past = from < settled ? await store.durations(key, from, settled) : noDurations;
  return addDurations(past, durationsOf(intervalsOf(silenceAfter(health, to), { from, to })));
}
