import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findListedPrices, withListedPrices } from '../../../src/config/model/listed-prices.js';
import { loadConfig } from '../../../src/config/read/load.js';
import { modelAt } from '../../checker/model.js';
import { capabilities, directoryOf, load, loadModel } from '../loading.js';

const gpt = 'id: a, provider: openai, model: gpt-4o-mini, api_key: k';
const own = (more: string): string => `models: [{ ${gpt}, ${more} }]`;

describe('price, budget and balance of a model', () => {
  it('are read, with a price of 0 and defaults', async () => {
    expect(await loadModel(own('price: { input_per_million: 2, output_per_million: 8.5 }'))).toMatchObject({
      price: {
        ...{ inputPerMillion: 2, outputPerMillion: 8.5, perRequest: 0 },
        ...{ currency: 'USD', source: 'configuration' },
      },
    });
    expect((await loadModel(own('price: 0'))).price).toMatchObject({
      inputPerMillion: 0,
      outputPerMillion: 0,
    });
    const more = own('budget: { usd_per_month: 1.5 }, balance: { every: 1h, warn_below: 10 }');
    expect(await loadModel(more)).toMatchObject({
      usdPerMonth: 1.5,
      tokensPerDay: null,
      balance: { everyMs: 3_600_000, warnBelow: 10 },
    });
    expect(await loadModel(`defaults: { balance: true, price: 0 }\n${own('balance: false')}`)).toMatchObject({
      price: { inputPerMillion: 0 },
    });
    expect(await loadModel(own('slo: 0.9'))).not.toHaveProperty('balance');
  });

  it.each([
    ['price: 1', 'models[0].price: must be 0, or a map with input_per_million and output_per_million'],
    [
      'price: { input_per_million: -1, output_per_million: 1 }',
      'price.input_per_million: must not be negative',
    ],
    ['budget: {}', 'budget: must have "tokens_per_day" or "usd_per_month"'],
    ['budget: { usd_per_month: 0 }', 'budget.usd_per_month: must be greater than 0'],
    [
      'price: { input_per_million: 1, output_per_million: 1, currency: EUR }, budget: { usd_per_month: 1 }',
      'budget.usd_per_month: needs a price in USD, and "price.currency" is EUR',
    ],
    [
      'price: { input_per_million: 1, output_per_million: 1, currency: euro }',
      'price.currency: must be a currency of three letters such as USD',
    ],
    ['balance: { every: 1s }', 'balance: must be true, false, or a map with "every" (at least 1m)'],
  ])('%s is refused', async (more, problem) => {
    await expect(load(own(more))).rejects.toThrow(problem);
  });

  it('stand in the effective configuration, but a price of the list does not', async () => {
    const all =
      'price: { input_per_million: 1, output_per_million: 2, per_request: 0.01, currency: EUR }, balance: true, budget: { tokens_per_day: 5 }';
    const { models } = (await load(own(all))).effective() as { models: object[] };
    expect(models[0]).toMatchObject({
      price: { input_per_million: 1, output_per_million: 2, per_request: 0.01, currency: 'EUR' },
      balance: { every: '10m' },
      budget: { tokens_per_day: 5 },
    });
    const [priced] = await withListedPrices([await loadModel(own('slo: 0.9'))], (asked) =>
      Promise.resolve(
        asked.map(() => ({
          ...{ inputPerMillion: 1, outputPerMillion: 1, perRequest: 0 },
          ...{ currency: 'USD', source: 'list' as const },
        })),
      ),
    );
    expect(priced).toHaveProperty('price.source', 'list');
  });
});

describe('the list of prices', () => {
  const listed = async (baseUrl: string, modelName: string) =>
    (await findListedPrices([{ baseUrl, modelName }]))[0];

  it('knows models by address and name, and no server of somebody else', async () => {
    const price = await listed('https://api.openai.com/v1', 'gpt-4o-mini');
    expect(price).toEqual({
      ...{ inputPerMillion: 0.15, outputPerMillion: 0.6, perRequest: 0 },
      ...{ currency: 'USD', source: 'list' },
    });
    expect(await listed('http://127.0.0.1:8000/v1', 'gpt-4o-mini')).toBeNull();
    expect(await listed('https://api.openai.com/v1', 'no-such-model')).toBeNull();
    expect(await listed('https://evil.example/https://api.openai.com/v1', 'gpt-4o-mini')).toBeNull();
    for (const [address, name] of [
      ['https://api.anthropic.com', 'claude-sonnet-4-5-20250929'],
      ['https://bedrock-runtime.us-east-1.amazonaws.com', 'anthropic.claude-3-haiku-20240307-v1:0'],
      ['https://res.openai.azure.com/openai/deployments/gpt-4o', 'gpt-4o'],
      ['https://generativelanguage.googleapis.com', 'gemini-2.5-flash'],
      ['https://api.deepseek.com/v1', 'deepseek-chat'],
      ['https://openrouter.ai/api/v1', 'openai/gpt-4o-mini'],
    ] as const) {
      const found = await listed(address, name);
      expect([address, found === null]).toEqual([address, false]);
      expect(found?.inputPerMillion).toBeGreaterThan(0);
    }
  });

  it('is asked once for each address and name, and not for models that have a price or only list models', async () => {
    const asked: string[] = [];
    const models = [
      modelAt('https://api.openai.com/v1', { id: 'a', modelName: 'm' }),
      modelAt('https://api.openai.com/v1', { id: 'b', modelName: 'm' }),
      modelAt('https://api.openai.com/v1', { id: 'c', modelName: 'n', probe: 'models' }),
    ];
    await withListedPrices(models, (some) => {
      asked.push(...some.map(({ modelName }) => modelName));
      return Promise.resolve(some.map(() => null));
    });
    expect(asked).toEqual(['m']);
  });

  it('leaves all else as it is where it cannot be read', async () => {
    const directory = await directoryOf({ 'main.yaml': own('slo: 0.9') });
    const lost = () => Promise.reject(new Error('lost'));
    const found = await loadConfig(join(directory, 'main.yaml'), {}, capabilities, undefined, null, lost);
    expect(found.warnings).toEqual(['prices are not known: lost']);
    expect(found.settings.models).toMatchObject([{ id: 'a' }]);
  });
});
