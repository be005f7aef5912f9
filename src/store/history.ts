import type { Health } from '../domain/health.js';
import { exclude } from '../domain/exclusion.js';
import { clipTo, merge, subtract, totalOf } from '../domain/intervals.js';
import type { Interval, StateDurations } from '../domain/state.js';
import {
  addDurations,
  durationsOf,
  intervalsOf,
  noDurations,
  tail,
  type TimelineInterval,
} from '../domain/timeline.js';
import type { ModelKey, StoreReader } from './port.js';

/** What has to be known of a model to tell its past. */
export interface Past {
  readonly key: ModelKey;
  /** The memory that was stored last, which tells what followed the newest slot. */
  readonly stored: Health;
  readonly exclusions: readonly Interval[];
}

/** The part of `window` in which the model existed; empty when it did not. */
export function clip(health: Health, window: Interval): Interval {
  const from = Math.max(window.from, health.firstSeen);
  return { from, to: Math.max(from, window.to) };
}

/** State intervals over `window`. */
export async function timelineBetween(
  store: Pick<StoreReader, 'points'>,
  { key, stored, exclusions }: Past,
  window: Interval,
): Promise<TimelineInterval[]> {
  const clipped = clip(stored, window);
  const points = await store.points(key, clipped.from, clipped.to);
  return exclude(intervalsOf([...points, ...tail(stored, clipped.to)], clipped), exclusions);
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
  for (const part of subtract(clipped, excluded)) {
    sum = addDurations(sum, await seenBetween(store, key, stored, part));
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
  const silence = [{ from: health.settled, state: health.state, reason: health.reason }, ...tail(health, to)];
  return addDurations(past, durationsOf(intervalsOf(silence, { from, to })));
}
