import { describe, expect, it } from '@jest/globals';
import { load, loadModel } from '../loading.js';

const withDefaults = (defaults: string, own: string) =>
  `defaults: ${defaults}\nmodels: [{ id: a, provider: openai, model: m, api_key: k, <<: ${own} }]`;

describe('model', () => {
  it('has the documented defaults', async () => {
    expect(await loadModel(withDefaults('{}', '{}'))).toMatchObject({
      probe: 'chat',
      query: 'challenge',
      expect: {},
      schedule: { kind: 'every', everyMs: 60_000 },
      timeoutMs: 30_000,
      confirm: { failures: 2, recheckAfterMs: 10_000, successes: 2 },
      slow: { durationMs: 20_000, firstTokenMs: 5_000 },
      loadingGraceMs: 600_000,
      ratePerMin: null,
      tokensPerDay: null,
      labels: {},
      slo: null,
      pause: false,
      outcomes: {},
    });
  });

  it.each([
    ['{}', '{ query: hello }', 'hello', {}],
    ['{ query: hello }', '{}', 'hello', {}],
    ['{ query: hello, expect: { equals: hi } }', '{}', 'hello', { equals: ['hi'] }],
    ['{ query: hello, expect: { equals: hi } }', '{ query: bye }', 'bye', {}],
    ['{ query: hello, expect: { equals: hi } }', '{ query: hello }', 'hello', { equals: ['hi'] }],
    ['{ expect: { equals: hi } }', '{}', 'What is the capital of India?', { equals: ['hi'] }],
    [
      '{ expect: { equals: hi } }',
      '{ expect: { regex: x } }',
      'What is the capital of India?',
      { regex: 'x' },
    ],
    ['{}', '{ expect: {} }', 'What is the capital of India?', {}],
  ])('with defaults %s and own settings %s uses the question %s', async (defaults, own, query, expected) => {
    expect(await loadModel(withDefaults(defaults, own))).toMatchObject({ query });
    expect((await loadModel(withDefaults(defaults, own))).expect).toEqual(expected);
  });

  it('replaces the whole schedule', async () => {
    const text = withDefaults(
      '{ schedule: { cron: "0 * * * *", timezone: Asia/Tokyo } }',
      '{ schedule: { cron: "5 * * * *" } }',
    );
    expect((await loadModel(text)).schedule).toEqual({
      kind: 'cron',
      expression: '5 * * * *',
      timezone: 'UTC',
      spreadMs: null,
    });
  });

  it('has limits of streams and a baseline where they are set', async () => {
    const { slow } = await loadModel(
      withDefaults('{ slow: { gap: 2s, baseline: 3 } }', '{ slow: { tokens_per_second: 12.5, gap: null } }'),
    );
    expect(slow).toEqual({ durationMs: 20_000, firstTokenMs: 5_000, tokensPerSecond: 12.5, baseline: 3 });
  });

  it('merges confirm, slow and tls by key', async () => {
    const model = await loadModel(
      withDefaults(
        '{ confirm: { failures: 5 }, slow: { duration: 9s }, tls: { server_name: x } }',
        '{ confirm: { successes: 3 }, slow: { first_token: null }, tls: { insecure: true } }',
      ),
    );
    expect(model.confirm).toEqual({ failures: 5, recheckAfterMs: 10_000, successes: 3 });
    expect(model.slow).toEqual({ durationMs: 9_000, firstTokenMs: null });
    expect(model.endpoint.tls).toEqual({ serverName: 'x', insecure: true });
  });

  it('reads every kind of expectation', async () => {
    const text = withDefaults(
      '{}',
      '{ expect: { contains: [a, b], not_contains: c, equals: d, regex: "^e", json: { type: object }, min_length: 1, max_length: 9, model: [f] } }',
    );
    expect((await loadModel(text)).expect).toEqual({
      contains: ['a', 'b'],
      notContains: ['c'],
      equals: ['d'],
      regex: '^e',
      json: { type: 'object' },
      minLength: 1,
      maxLength: 9,
      model: ['f'],
    });
  });

  it('with a rate is checked at that rate at most, with a warning', async () => {
    const { settings, warnings } = await load(
      withDefaults('{ schedule: { every: 2s } }', '{ rate_per_min: 7 }'),
    );
    expect(settings.models[0]?.schedule).toEqual({ kind: 'every', everyMs: 8_572 });
    expect(warnings[0]).toMatch(
      /rate_per_min: allows 7 checks a minute: the interval of 2s is stretched to 8572ms$/,
    );
  });

  it('with a cron schedule above its rate causes a warning', async () => {
    const warningsFor = async (cron: string) =>
      (await load(withDefaults(`{ schedule: { cron: "${cron}" } }`, '{ rate_per_min: 2 }'))).warnings.length;
    expect(await warningsFor('*/20 * * * * *')).toBe(1);
    expect(await warningsFor('*/30 * * * * *')).toBe(0);
    expect(await warningsFor('* * * * *')).toBe(0);
  });

  it('includes its rate and system prompt in the body of a remote check', async () => {
    const model = await loadModel(withDefaults('{ system_prompt: be brief }', '{ rate_per_min: 7 }'));
    expect(model).toMatchObject({ ratePerMin: 7, systemPrompt: 'be brief' });
    expect(model.endpointConfiguration).toMatchObject({
      model_config: { rate_per_min: 7, system_prompt: 'be brief' },
    });
  });
});

describe('key inherited by every object', () => {
  it.each(['constructor', 'toString', '__proto__'])('%s is reported as unknown', async (key) => {
    const text = `models: [{ id: a, provider: openai, model: m, ${key}: { x: 1 } }]`;
    await expect(load(text)).rejects.toThrow(`models[0].${key}: unknown key`);
  });
});

describe('remote mode', () => {
  const remote =
    'checker: { mode: remote }\nremote: { url: "https://h.example/", api_key: k, timeout: 7s }\n';

  it('accepts any provider and its own timeout', async () => {
    const text = `${remote}models: [{ id: a, provider: anthropic, model: m }, { id: b, provider: own, base_url: "https://x.example", model: m }]`;
    const { settings, warnings } = await load(text);
    expect(settings.remote).toEqual({ url: 'https://h.example', apiKey: 'k', timeoutMs: 7_000 });
    expect(settings.models).toMatchObject([
      { provider: 'anthropic', timeoutMs: 7_000 },
      { provider: 'own', timeoutMs: 7_000 },
    ]);
    expect(warnings).toEqual([]);
  });

  it('warns about a timeout that has no effect', async () => {
    const { warnings } = await load(`${remote}models: [{ id: a, provider: openai, model: m, timeout: 5s }]`);
    expect(warnings[0]).toMatch(/timeout: has no effect in remote mode/);
  });
});
