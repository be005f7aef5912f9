import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { Epoch } from '../../../src/domain/epoch.js';
import type { Health } from '../../../src/domain/health.js';
import { outcomeFor } from '../../../src/domain/reason.js';
import { timelineBetween } from '../../../src/store/history.js';
import type { StoredModel, StoreReader } from '../../../src/store/port.js';
import { expectAgreement } from '../reference/agreement.js';
import type { Facts } from '../reference/past.js';
import { slotAfter } from '../reference/wall-clock.js';
import type { Witness } from './witness.js';
import { Database } from '../../../src/store/sqlite/file/sqlite.js';

const everything = { from: 0, to: 1e15, limit: 1e6 };
const fractions = [
  [0.2, 0.7],
  [0.4, 0.5],
] as const;

/** Holds that SQLite finds nothing wrong with the file. */
export function expectSound(path: string): void {
  const database = new Database(path, { readonly: true });
  expect(database.pragma('quick_check')).toEqual([{ quick_check: 'ok' }]);
  expect(database.pragma('foreign_key_check')).toEqual([]);
  database.close();
}

const healthOf = ({ health }: StoredModel): Health => (health as { health: Health }).health;

/** What the file says was seen of a model that overrides no outcome. */
async function factsOf(store: StoreReader, { key, id, firstSeen }: StoredModel): Promise<Facts> {
  const results = [...(await store.results(key, everything))].reverse();
  return {
    id,
    firstSeen,
    results: results.map(({ slot, reason, detail, stalled = false }) => ({
      slot,
      stalled,
      reason,
      outcome: outcomeFor(reason, {}),
      detail,
    })),
    epochs: (await store.epochs(key)).map(({ settings }) => settings as Epoch),
    gaps: await store.gaps(key),
    windows: await store.maintenance(key, everything.from, everything.to),
  };
}

/** Holds that state, incidents, seconds and counts of a model are what its results, epochs, gaps and windows make of them. */
export async function expectReplay(store: StoreReader, model: StoredModel): Promise<void> {
  const facts = await factsOf(store, model);
  const { key, totals } = model;
  const health = healthOf(model);
  const asked = { store, key, health, exclusions: [], totals: totals.results, now: Date.now() };
  await expectAgreement(asked, facts, { checks: 0, hours: 0 }, fractions);
}

/**
 * Holds that where a slot fell due before a daemon was started and no result followed, nothing is known from that slot to the
 * next result; returns how often that was. On a busy machine the daemon that was killed may have met that slot itself, as one
 * that overlaps the check before it: then nothing is known from a later slot on.
 */
export async function expectGaps(
  store: StoreReader,
  model: StoredModel,
  starts: readonly number[],
): Promise<number> {
  const facts = await factsOf(store, model);
  const causes = await store.missed();
  const met = (causes.get('overlap') ?? 0) + (causes.get('capacity') ?? 0);
  let found = 0;
  for (const [index, { slot }] of facts.results.slice(0, -1).entries()) {
    const next = facts.results[index + 1]!.slot;
    const missed = slotAfter(facts.epochs[0]!.schedule, facts.id, slot);
    if (!starts.some((start) => missed < start && start < next)) continue;
    const gap = facts.gaps.find((each) => missed <= each && each < next);
    expect({ missed, gap }).toEqual({ missed, gap: met > 0 ? expect.any(Number) : missed });
    const past = { key: model.key, stored: healthOf(model), exclusions: [] };
    const told = await timelineBetween(store, past, { from: gap!, to: next });
    expect(told.map(({ state }) => state)).toEqual(['unknown']);
    found += 1;
  }
  return found;
}

/** Holds that the file has everything that was shown, as it was shown. */
export async function expectKept(
  store: StoreReader,
  models: readonly StoredModel[],
  witness: Witness,
): Promise<void> {
  const stored = new Map<string, object>();
  for (const { key, id } of models) {
    for (const { slot, outcome, reason } of await store.results(key, everything)) {
      const time = new Date(slot).toISOString();
      stored.set(`${id} ${time}`, { model: id, slot: time, outcome, reason });
    }
  }
  const lost = [...witness.results].filter(([key, shown]) => !isDeepStrictEqual(stored.get(key), shown));
  expect(lost).toEqual([]);
}
