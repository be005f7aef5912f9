import type { Interval, StateDurations } from '../domain/state.js';
import { clip, durationsBetween, type Past } from '../store/history.js';
import type { Counts, StoredModel, StoreReader } from '../store/port.js';

/** The part of a window in which the model was in the registry: from its first sight until it was retired. */
export function followedIn(window: Interval, model: StoredModel, past: Past): Interval {
  return clip(past.stored, { from: window.from, to: Math.min(window.to, model.retiredAt ?? window.to) });
}

/** The base of a model's figures over a window. */
export interface Figures extends Interval {
  /** ms per state. */
  readonly durations: StateDurations;
  readonly counts: Counts;
}

/** Reads figures for a window that lies within `followedIn`. */
export async function figuresOf(
  store: Pick<StoreReader, 'durations' | 'counts'>,
  past: Past,
  { from, to }: Interval,
): Promise<Figures> {
  const durations = await durationsBetween(store, past, { from, to });
  return { from, to, durations, counts: await store.counts(past.key, from, to, past.exclusions) };
}
