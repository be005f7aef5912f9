import { atLeast } from '../domain/budget.js';
import type { ModelKey, Store, StoredModel } from '../store/port.js';
import { createKeyDigests } from './key-digests.js';
import type { Ownership } from './ownership.js';
import { restored, type NextDue } from './restored.js';
import { raiseMonthCost } from './spent-month.js';
import { configure, show, takePending, type Tracked } from './tracked.js';

/**
 * Reads models again, as after a restart, for the shards that this instance has now. A model that an instance with a newer
 * configuration has removed or renamed is left out. Rejects with StoreError.
 */
export async function readAgain(parts: {
  store: Pick<Store, 'secret'>;
  ownership: Ownership;
  models: (keys: readonly ModelKey[]) => Promise<readonly StoredModel[]>;
  before: readonly Tracked[];
  now: number;
  nextDue: NextDue;
  readSaid: (fresh: ReadonlyMap<ModelKey, Tracked>) => Promise<void>;
}): Promise<{ readonly swapped: Map<Tracked, Tracked>; readonly gone: readonly Tracked[] }> {
  const { store, ownership, models, before, now, nextDue } = parts;
  const swapped = new Map<Tracked, Tracked>();
  const digestsOf = await createKeyDigests(
    store,
    before.map(({ configured }) => configured),
  );
  // Before they are read: whoever writes them later has another fence.
  const fences = before.map(({ view }) => ownership.fenceNow(view.model.id));
  const keys = before.map(({ view }) => view.key);
  const rows = new Map((await models(keys)).map((row) => [row.key, row]));
  const gone: Tracked[] = [];
  const gained = new Map<ModelKey, Tracked>();
  for (const [index, old] of before.entries()) {
    const row = rows.get(old.view.key);
    if (row === undefined) continue;
    if (row.retiredAt !== null || row.id !== old.view.model.id) {
      gone.push(old);
      continue;
    }
    const tracked = restored(old.configured, row, nextDue, digestsOf);
    const fence = fences[index] ?? null;
    ownership.bind(tracked, fence);
    const { exclusions, acknowledged, uptime, providerUptime, errorBudget, tokensToday } = old.view;
    show(tracked, { exclusions, acknowledged, uptime, providerUptime, errorBudget });
    // Of a followed model nothing is written: its epochs and points are its owner's.
    if (fence === null) takePending(tracked);
    else gained.set(row.key, tracked);
    configure(tracked, old.configured, now);
    if (fence === null) takePending(tracked);
    else {
      show(tracked, { tokensToday: atLeast(tracked.view.tokensToday, tokensToday) });
      raiseMonthCost(tracked, old.memory.spentMonth);
    }
    swapped.set(old, tracked);
  }
  await parts.readSaid(gained);
  return { swapped, gone };
}
