import type { Health } from '../domain/health.js';
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

/** The part of `window` in which the model existed; empty when it did not. */
export function clip(health: Health, window: Interval): Interval {
  const from = Math.max(window.from, health.firstSeen);
  return { from, to: Math.max(from, window.to) };
}

/** State intervals over `window`; `health` is the memory that was stored last, which tells what followed. */
export async function timelineBetween(
  store: Pick<StoreReader, 'points'>,
  key: ModelKey,
  health: Health,
  window: Interval,
): Promise<TimelineInterval[]> {
  const clipped = clip(health, window);
  const stored = await store.points(key, clipped.from, clipped.to);
  return intervalsOf([...stored, ...tail(health, clipped.to)], clipped);
}

/** ms per state over `window`, exact. */
export async function durationsBetween(
  store: Pick<StoreReader, 'durations'>,
  key: ModelKey,
  health: Health,
  window: Interval,
): Promise<StateDurations> {
  const { from, to } = clip(health, window);
  const settled = Math.min(to, health.settled);
  const past = from < settled ? await store.durations(key, from, settled) : noDurations;
  const silence = [{ from: health.settled, state: health.state, reason: health.reason }, ...tail(health, to)];
  return addDurations(past, durationsOf(intervalsOf(silence, { from, to })));
}
