import { monthOf, monthStart } from '../domain/budget.js';
import { costAtLeast, type MonthCost } from '../domain/cost.js';
import type { Model } from '../domain/model.js';
import type { Store } from '../store/port.js';
import { note, type Tracked } from './tracked.js';

/** What checks have cost in the month of `now`, as stored, of the models that have a budget of the month from now on. */
export async function readMonthCosts(
  store: Pick<Store, 'counts'>,
  next: ReadonlyMap<Model, Tracked>,
  isWatched: (model: Model, tracked: Tracked) => boolean,
  now: number,
): Promise<ReadonlyMap<Tracked, MonthCost>> {
  const month = monthOf(now);
  const used = new Map<Tracked, MonthCost>();
  for (const [model, tracked] of next) {
    if ((model.usdPerMonth ?? null) === null || isWatched(model, tracked)) continue;
    const { cost } = await store.counts(tracked.view.key, monthStart(month), monthStart(month + 1));
    used.set(tracked, { month, nanos: Math.max(0, cost ?? 0) });
  }
  return used;
}

/** Raises what counts for the budget of the month to at least `known`. */
export function raiseMonthCost(tracked: Tracked, known: MonthCost | null): void {
  if (known === null) return;
  note(tracked, { spentMonth: costAtLeast(tracked.memory.spentMonth ?? known, known) });
}
