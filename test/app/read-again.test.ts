import { expect, it } from '@jest/globals';
import type { Ownership } from '../../src/app/ownership.js';
import { readAgain } from '../../src/app/read-again.js';
import { show } from '../../src/app/tracked.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

it('a model that is read again keeps the figures that the store does not have, those of the provider too', async () => {
  const store = place.fresh();
  const { roster } = createParts(store);
  await roster.replace([modelNamed('gpt')], start);
  const old = roster.get('gpt')!;
  const figures = { '24h': 0.5, '7d': 0.6, '30d': 0.7, '90d': 0.8 };
  const of = (coverage: number) => {
    const at = (uptime: number) => ({ uptime, coverage });
    return {
      ...{ '24h': at(figures['24h']), '7d': at(figures['7d']) },
      ...{ '30d': at(figures['30d']), '90d': at(figures['90d']) },
    };
  };
  show(old, { uptime: of(1), providerUptime: of(0.9), errorBudget: null });
  const { swapped } = await readAgain({
    store,
    // Only what it uses: a model of another instance.
    ownership: { fenceNow: () => null, bind: () => undefined } as unknown as Ownership,
    models: () => store.models(),
    before: [old],
    now: start + 1_000,
    nextDue: () => null,
    readSaid: () => Promise.resolve(),
  });
  const { view } = swapped.get(old)!;
  expect([view.uptime, view.providerUptime]).toEqual([of(1), of(0.9)]);
});
