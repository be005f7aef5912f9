import type { TimeSpent } from '../domain/down-time.js';
import type { Interval } from '../domain/state.js';
import { clip, spentBetween, type Past } from '../store/history.js';
import type { Counts, StoredModel, StoreReader } from '../store/port.js';

/** The part of a window in which the model was in the registry: from its first sight until it was retired. */
export function followedIn(window: Interval, model: StoredModel, past: Past): Interval {
  return clip(past.stored, { from: window.from, to: Math.min(window.to, model.retiredAt ?? window.to) });
}

/** The base of a model's figures over a window. */
export interface Figures extends Interval, TimeSpent {
  readonly counts: Counts;
  /** Currency of the cost; null or absent while there is none. */
  readonly currency?: string | null;
}

/** Reads figures for a window that lies within `followedIn`. */
export async function figuresOf(
  store: Pick<StoreReader, 'spent' | 'counts'>,
  past: Past,
  { from, to }: Interval,
): Promise<Figures> {
  const spent = await spentBetween(store, past, { from, to });
  const counts = await store.counts(past.key, from, to, past.exclusions);
  return { from, to, ...spent, counts, currency: past.currency ?? null };
}

/** The figures of a model with the cost of its probes added, in its currency; also of probes that it no longer has. */
export async function withCostOfProbes(
  store: Pick<StoreReader, 'counts'>,
  figures: Figures,
  window: Interval,
  probes: readonly { readonly model: StoredModel; readonly past: Past }[],
): Promise<Figures> {
  let { cost } = figures.counts;
  let currency = cost === null ? null : (figures.currency ?? null);
  for (const { model, past } of probes) {
    const { from, to } = followedIn(window, model, past);
    const own = past.currency ?? null;
    if (from >= to || own === null || (currency !== null && own !== currency)) continue;
    const added = (await store.counts(past.key, from, to, past.exclusions)).cost;
    if (added === null) continue;
    cost = (cost ?? 0) + added;
    currency = own;
  }
  return { ...figures, counts: { ...figures.counts, cost }, currency: currency ?? figures.currency ?? null };
}
