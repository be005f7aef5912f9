import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { withCostBudget } from '../../src/app/cost-budget.js';
import { createTokenBudget } from '../../src/app/token-budget.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const price = { inputPerMillion: 1, outputPerMillion: 1, perRequest: 1, source: 'configuration' } as const;

it('a budget in dollars holds although earlier costs are in euros', async () => {
  const { roster, record, clock } = createParts(place.fresh());
  await roster.replace([modelNamed('gpt', { price: { ...price, currency: 'EUR' } })], start);
  await record('gpt', start + 1_000, { costNanos: 5 });
  expect(roster.get('gpt')!.view.cost).toEqual({ currency: 'EUR', nanos: 5 });
  await roster.replace(
    [modelNamed('gpt', { price: { ...price, currency: 'USD' }, usdPerMonth: 2 })],
    start + 2_000,
  );
  const tracked = roster.get('gpt')!;
  const log = pino({ level: 'silent' });
  const budget = withCostBudget(createTokenBudget({ clock, log }), { clock, log });
  const { latest } = tracked.view;
  const enter = () => budget.enter(tracked);
  for (let check = 0; check < 2; check += 1) {
    const entered = enter();
    if ('refused' in entered) throw new Error(entered.refused);
    entered.settle({ ...latest!, costNanos: null, usage: { inputTokens: 1, outputTokens: 1 } });
  }
  expect(enter()).toMatchObject({ refused: expect.stringContaining('budget.usd_per_month') });
  // All stored costs have one currency.
  expect(tracked.memory.cost).toEqual({ currency: 'EUR', nanos: 5 });
});
