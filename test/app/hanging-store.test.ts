import { describe, expect, it } from '@jest/globals';
import { StoreError } from '../../src/store/store-error.js';
import { result, start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';
import { inFull } from '../slow.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

/** Parts with one result of the model gpt, over a store whose next writes hang until `release`. */
async function hangingWrites() {
  const store = place.fresh();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let hangs = false;
  const parts = createParts({
    ...store,
    async write(batch) {
      if (hangs) await released;
      return store.write(batch);
    },
  });
  await parts.roster.replace([modelNamed('gpt')], start);
  await parts.record('gpt', start + minute);
  hangs = true;
  return { store, parts, release };
}

describe('hanging write', () => {
  it('does not keep its results, or later ones, from being shown', async () => {
    const { store, parts, release } = await hangingWrites();
    for (const slot of [start + 2 * minute, start + 3 * minute]) {
      parts.clock.now = slot;
      const { slot: at, kind, ...found } = result(slot);
      // Resolves when it is shown.
      await parts.recorder.record(parts.roster.get('gpt')!, found, at, kind);
    }
    expect(parts.roster.get('gpt')!.view.latest?.slot).toBe(start + 3 * minute);
    expect(parts.writer.pendingResults).toBe(2);
    release();
    await parts.writer.drain();
    const { key } = parts.roster.get('gpt')!.view;
    const rows = await store.results(key, { from: 0, to: start + 60 * minute, limit: 9 });
    expect(rows.map(({ slot }) => slot)).toEqual([3, 2, 1].map((n) => start + n * minute));
  }, 60_000);

  it('does not replace newer state with older state when it ends', async () => {
    const { parts, release } = await hangingWrites();
    await parts.record('gpt', start + 2 * minute);
    const failure = { outcome: 'unhealthy', reason: 'server_error' } as const;
    for (const slot of [start + 3 * minute, start + 4 * minute]) {
      parts.clock.now = slot;
      const { slot: at, kind, ...found } = result(slot, failure);
      await parts.recorder.record(parts.roster.get('gpt')!, found, at, kind);
    }
    release();
    await parts.writer.drain();
    const states = parts.told.flatMap((event) => (event.kind === 'state' ? event.state : []));
    expect(states).toEqual(['healthy', 'unhealthy']);
    const { health, stored } = parts.roster.get('gpt')!.view;
    expect(stored).toEqual(health);
  }, 60_000);
});

describe('reload during a hanging store call', () => {
  inFull('is undone in the store if the call completes after the reload was given up', async () => {
    const store = place.fresh();
    // As a disk that hung: the call is done, and its caller was told that it is not.
    const late = async (done: Promise<unknown>): Promise<never> => {
      await done;
      throw new StoreError('unavailable', 'does not answer');
    };
    let hung = false;
    const parts = createParts({
      ...store,
      register: (...model) => (hung ? late(store.register(...model)) : store.register(...model)),
      retire: (...model) => (hung ? late(store.retire(...model)) : store.retire(...model)),
    });
    const both = [modelNamed('gpt'), modelNamed('other')];
    await parts.roster.replace(both, start);
    for (const [index, { id }] of both.entries()) await parts.record(id, start + (index + 1) * minute);
    const rows = async () =>
      (await store.models()).filter(({ retiredAt }) => retiredAt === null).map(({ id, key }) => [id, key]);
    const before = await rows();
    const gone = [modelNamed('gpt')];
    const renamed = [...gone, modelNamed('renamed', { renameFrom: 'other' })];
    for (const next of [gone, renamed, [...both, modelNamed('new')]]) {
      hung = true;
      await expect(parts.roster.replace(next, parts.clock.now)).rejects.toThrow();
      expect(await rows()).not.toEqual(before);
      hung = false;
      await parts.roster.replace(both, parts.clock.now);
      await parts.roster.reconcile(parts.clock.now);
      expect(await rows()).toEqual(before);
    }
  });
});
