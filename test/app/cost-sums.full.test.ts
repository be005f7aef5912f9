import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sumOfCosts } from '../../src/domain/cost.js';
import { happenings, lead } from '../store/random-life.js';
import { workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER };

it('the costs of results, of hours and days, and the counter are one sum, also after a restart', async () => {
  const kept = happenings.map((life) => life.filter(({ kind }) => kind !== 'prune'));
  await fc.assert(
    fc.asyncProperty(kept, async (life) => {
      const path = `${place.directory()}/store.db`;
      const store = place.open(path);
      const parts = createParts(store);
      const now = await lead(store, parts, life);
      const { view } = parts.roster.get('gpt')!;
      const results = await store.results(view.key, everything);
      const sum = results.reduce<number | null>((all, one) => sumOfCosts(all, one.costNanos ?? null), null);
      expect(view.cost?.nanos ?? null).toBe(sum);
      expect((await store.counts(view.key, 0, now + 1)).cost).toBe(sum);
      await parts.writer.drain();
      await store.close();
      const again = place.open(path);
      const { roster } = createParts(again);
      await roster.replace([modelNamed('gpt')], now + 1);
      expect(roster.get('gpt')!.view.cost?.nanos ?? null).toBe(sum);
      await again.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);
