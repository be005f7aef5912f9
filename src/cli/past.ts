import { readMemory } from '../app/memory.js';
import { healthFrom } from '../domain/health.js';
import { clipTo, merge, subtract, totalOf } from '../domain/intervals.js';
import type { Interval, StateDurations } from '../domain/state.js';
import { clip, durationsBetween, type Past } from '../store/history.js';
import type { Counts, StoredExclusion, StoredIncident, StoredModel, StoreReader } from '../store/port.js';

/** What the database says of a model's past; before its first check nothing is known of it. */
export function pastOf(model: StoredModel, exclusions: readonly StoredExclusion[]): Past {
  const memory = readMemory(model.health, model.id);
  return {
    key: model.key,
    stored: healthFrom(memory?.health, model.firstSeen),
    exclusions: exclusions.filter(({ key }) => key === model.key),
  };
}

/** The part of a window in which the model was followed: not before it was first seen, not after it left the registry. */
export function followedIn(window: Interval, model: StoredModel, past: Past): Interval {
  return clip(past.stored, { from: window.from, to: Math.min(window.to, model.retiredAt ?? window.to) });
}

/** What the figures of a model over a window are made from. */
export interface Figures extends Interval {
  /** ms per state. */
  readonly durations: StateDurations;
  readonly counts: Counts;
}

/** Reads what happened in a window that lies where the model was followed. */
export async function figuresOf(store: StoreReader, past: Past, { from, to }: Interval): Promise<Figures> {
  const durations = await durationsBetween(store, past, { from, to });
  return { from, to, durations, counts: await store.counts(past.key, from, to, past.exclusions) };
}

/** ms that the incident lasts within a window, without what an operator took out of the figures. */
export function countedMs({ openedAt, closedAt, exclusions }: StoredIncident, window: Interval): number {
  const span = { from: Math.max(openedAt, window.from), to: Math.min(closedAt ?? window.to, window.to) };
  return span.from < span.to ? totalOf(subtract(span, clipTo(merge(exclusions), span))) : 0;
}
