import { stringify } from 'yaml';
import { describe, expect, it } from '@jest/globals';
import { capabilities as known } from '../../src/checker/ask/dialects.js';
import { ConfigError, loadConfig } from '../../src/config/read/load.js';
import { directoryOf } from './loading.js';

const loaded = async (text: string) => {
  const directory = await directoryOf({ 'main.yaml': text });
  return loadConfig(`${directory}/main.yaml`, {}, known);
};
const models = async (text: string) => (await loaded(text)).settings.models;
const problems = async (text: string): Promise<readonly string[]> => {
  try {
    await loaded(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.replace(/^.*main\.yaml:/, ''));
  }
};

const gpt = `
models:
  - id: gpt
    provider: openai
    model: gpt-4o-mini
    api_key: sk-1
    labels: { team: search }
    schedule: { every: 30s }
    rate_per_min: 10
    query: 'Say yes'
    expect: { contains: 'yes' }
    budget: { tokens_per_day: 5000 }
    rename_from: old
    slo: 0.99
`;

describe('probes of a model', () => {
  const several = `${gpt}    probes:
      - { name: calls, probe: tools, schedule: { every: 1h } }
      - { name: json, probe: structured, budget: { tokens_per_day: 900 }, expect: { contains: Delhi } }
    context: { tokens: 32000 }
`;

  it('become models beside it, with what they do not set from it but for what is asked', async () => {
    const [main, context, calls, json] = await models(several);
    expect([main?.id, calls?.id, json?.id, context?.id]).toEqual([
      'gpt',
      'gpt#calls',
      'gpt#json',
      'gpt#context',
    ]);
    expect(calls).toMatchObject({
      probeOf: { model: 'gpt', name: 'calls' },
      ...{ probe: 'tools', schedule: { kind: 'every', everyMs: 3_600_000 } },
      ...{ labels: { team: 'search' }, ratePerMin: 10, tokensPerDay: 5_000, slo: null },
      ...{ renameFrom: 'old#calls', expect: { contains: ['New Delhi'] }, endpoint: main?.endpoint },
    });
    expect(calls?.query).toContain('report_capital');
    expect(json).toMatchObject({
      ...{ probe: 'structured', schedule: { everyMs: 30_000 }, tokensPerDay: 900 },
      expect: { contains: ['Delhi'] },
    });
    expect(main).not.toHaveProperty('probeOf');
  });

  it('ask a long question once a day, on a budget of its own', async () => {
    const [, context] = await models(several);
    expect(context).toMatchObject({
      ...{ probe: 'context', contextTokens: 32_000, tokensPerDay: 160_000, timeoutMs: 120_000 },
      ...{ schedule: { kind: 'every', everyMs: 86_400_000 }, slow: { durationMs: null } },
    });
  });

  it('are a part of the effective configuration, which reads as the same models', async () => {
    const first = await loaded(several);
    const again = await models(
      stringify({ models: (first.effective() as { models: unknown[] }).models }).replaceAll('***', 'sk-1'),
    );
    const shape = (all: typeof again) =>
      all
        .map((one) => ({ ...one, endpointConfiguration: null }))
        .sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(shape(again)).toEqual(shape(first.settings.models));
    expect(first.effectiveOf('gpt')).toContain('name: calls');
  });

  it('rest while the model is paused', async () => {
    const all = await models(`${several}    pause: true\n`);
    expect(all.map(({ pause }) => pause)).toEqual([true, true, true, true]);
  });

  it.each([
    [
      '- { name: a, probe: tools }\n      - { name: a, probe: structured }',
      '"a" is already the name of a probe',
    ],
    ['- { name: main, probe: tools }', 'must not be "main"'],
    ['- { name: "a#b", probe: tools }', 'lower-case letters'],
    ['- { name: a }', 'probes[0].probe'],
    ['- { name: a, probe: context }', 'probes[0].context: is required by probe "context"'],
    ['- { name: a, probe: tools, rate_per_min: 3 }', 'unknown key'],
    ['- { name: a, probe: tools, schedule: { every: 1s, cron: "* * * * *" } }', 'probes[0].schedule'],
  ])('are refused: %s', async (text, message) => {
    expect((await problems(`${gpt}    probes:\n      ${text}\n`)).join('\n')).toContain(message);
  });

  it('are refused where the provider has none of that kind, at their place', async () => {
    const text = gpt.replace('provider: openai', 'provider: deepseek');
    const found = await problems(`${text}    probes: [{ name: json, probe: structured }]\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/models\[0\]\.probes\[0\]\.probe: "deepseek" cannot be asked "structured"/);
  });

  it('report a problem of their model once', async () => {
    const text = gpt.replace('model: gpt-4o-mini', '');
    expect(await problems(`${text}    probes: [{ name: calls, probe: tools }]\n`)).toHaveLength(1);
  });
});

it('an id must not contain what separates a model from its probes, but a former id may', async () => {
  expect((await problems(gpt.replace('id: gpt', 'id: "gpt#1"'))).join('\n')).toContain(
    'must not contain "#"',
  );
  expect(await problems(gpt.replace('rename_from: old', 'rename_from: "old#1"'))).toEqual([]);
});

describe('a rate that probes share', () => {
  const shared = async (rate: number, every: string, more = '') => {
    const text = `models: [{ id: gpt, provider: openai, model: m, api_key: sk, rate_per_min: ${rate}, schedule: { every: ${every} }, probes: [
      { name: calls, probe: tools${more} }, { name: json, probe: structured, schedule: { every: 1h } }] }]`;
    const { settings, warnings } = await loaded(text);
    const everies = settings.models.map(({ schedule }) =>
      schedule.kind === 'every' ? schedule.everyMs : null,
    );
    return { everies, told: warnings.filter((warning) => warning.includes('which the')) };
  };

  it('extends the intervals of those that start most often until all fit in any minute', async () => {
    expect(await shared(9, '15s')).toEqual({ everies: [15_000, 15_000, 3_600_000], told: [] });
    const { everies, told } = await shared(6, '10s');
    expect(everies).toEqual([20_000, 30_000, 3_600_000]);
    expect(told[0]).toMatch(
      /rate_per_min: allows 6 checks a minute, which the 3 probes of the model share: intervals are stretched: gpt to 20s, gpt#calls to 30s$/,
    );
    expect((await shared(6, '10s', ', pause: true')).everies).toEqual([12_000, 10_000, 3_600_000]);
  });

  it('says how much room all of them need', async () => {
    const { everies, told } = await shared(2, '60s');
    expect(everies).toEqual([60_000, 60_000, 3_600_000]);
    expect(told[0]).toMatch(/share: not all have room at once, .* set at least 3$/);
  });
});
