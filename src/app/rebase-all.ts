import { lostReason, type ExcludedPeriod } from '../domain/exclusion.js';
import type { ModelKey, Store } from '../store/port.js';
import { createKeyDigests } from './key-digests.js';
import { rememberDigests } from './restored.js';
import { rebase, show, type Tracked } from './tracked.js';

const spanOf = ({ from, to, createdAt }: ExcludedPeriod): string => `${from} ${to} ${createdAt}`;

/** Moves models to the store that replaced a lost one; resolves with the keys that it knows then. Rejects with StoreError. */
export async function rebaseAll(parts: {
  store: Store;
  followed: readonly Tracked[];
  changed: (tracked: Tracked) => void;
  now: number;
}): Promise<ReadonlySet<ModelKey>> {
  const { store, followed, changed, now } = parts;
  const digestsOf = await createKeyDigests(
    store,
    followed.map(({ view }) => view.model),
  );
  const known = new Set((await store.names([])).map(({ key }) => key));
  for (const tracked of followed) {
    const { view } = tracked;
    // An attempt that failed has moved some of them.
    if (known.has(view.key)) continue;
    const { key } = await store.register(view.model.id, now, null);
    const ahead = view.exclusions.filter(({ to }) => to > now);
    // Where an attempt failed half-way, some are stored already.
    const stored = new Map((await store.exclusions(key)).map((one) => [spanOf(one), one]));
    const exclusions: ExcludedPeriod[] = [];
    for (const period of ahead)
      exclusions.push(
        stored.get(spanOf(period)) ?? (await store.exclude(key, { ...period, reason: lostReason })),
      );
    show(tracked, { exclusions });
    rebase(tracked, key, now);
    rememberDigests(tracked, digestsOf);
    changed(tracked);
    known.add(key);
  }
  return known;
}
