import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createBalances } from '../../src/app/balances.js';
import { follow, type Tracked } from '../../src/app/tracked.js';
import type { AskBalance, BalanceAnswer } from '../../src/checker/balance.js';
import { systemClock } from '../../src/domain/clock.js';
import { modelAt } from '../checker/model.js';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

function watched(id: string, host: string, key: string, warnBelow: number | null = null): Tracked {
  const baseUrl = `https://${host}/v1`;
  const plain = modelAt(baseUrl, { id, balance: { everyMs: 60_000, warnBelow } });
  const model = { ...plain, endpoint: { ...plain.endpoint, apiKeys: [key] } };
  const totals = { results: [], inputTokens: 0, outputTokens: 0, versionChanges: 0 };
  const stored = {
    ...{ key: 1, id, firstSeen: systemClock.wall(), health: null, watermark: null },
    ...{ retiredAt: null, latest: null, lastSuccess: null, totals },
  };
  return follow(model, stored, () => null);
}

/** Balances of models, whose questions are answered by the test. */
function open(models: readonly Tracked[]) {
  const asked = new Map<string, (answer: BalanceAnswer) => void>();
  const ask: AskBalance = ({ id }) => new Promise((resolve) => asked.set(id, resolve));
  const balances = createBalances({
    ...{ clock: systemClock, log: pino({ level: 'silent' }), ask },
    models: () => models,
  });
  stops.push(balances.stop);
  return { asked, turn: () => balances.turn() };
}

const amount = (value: number): BalanceAnswer => [{ amount: value, currency: 'USD' }];

it('a balance that is not told holds up those of no other host', async () => {
  const models = [
    watched('hangs', 'a.test', 'k1'),
    watched('after', 'a.test', 'k2'),
    watched('well', 'b.test', 'k3'),
  ];
  const { asked, turn } = open(models);
  void turn();
  expect([...asked.keys()]).toEqual(['hangs', 'well']);
  asked.get('well')!(amount(5));
  await new Promise(setImmediate);
  expect(models[2]!.view.balances).toMatchObject([{ amount: 5, askedBy: 'well' }]);
  // Each host is asked one question at a time.
  const ended = turn();
  expect([...asked.keys()]).toEqual(['hangs', 'well']);
  asked.get('hangs')!({ problem: 'no reply' });
  await new Promise(setImmediate);
  asked.get('after')!(amount(7));
  await ended;
  expect(models.map(({ view }) => view.balances?.map((each) => each.amount))).toEqual([[], [7], [5]]);
});

it('the model that warns soonest asks for an account', async () => {
  const models = [
    watched('first', 'a.test', 'k'),
    watched('warns', 'a.test', 'k', 2),
    watched('late', 'a.test', 'k', 1),
  ];
  const { asked, turn } = open(models);
  const ended = turn();
  expect([...asked.keys()]).toEqual(['warns']);
  asked.get('warns')!(amount(1.5));
  await ended;
  for (const { view } of models) expect(view.balances).toMatchObject([{ amount: 1.5, askedBy: 'warns' }]);
});
