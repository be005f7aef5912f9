import type { Store, StoredPeriod } from './port.js';

/** The excluded periods of all models, read in pages: those of many models are too many for one answer of the store. */
export async function readPeriods(store: Pick<Store, 'excludedPeriods'>): Promise<StoredPeriod[]> {
  const all: StoredPeriod[] = [];
  for (;;) {
    const page = await store.excludedPeriods(all.at(-1)?.id ?? 0);
    if (page.length === 0) return all;
    for (const period of page) all.push(period);
  }
}
