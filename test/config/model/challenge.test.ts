import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { capabilities } from '../../../src/checker/ask/dialects.js';
import { withFixedQuestion } from '../../../src/config/model/asking.js';
import { effectiveConfig } from '../../../src/config/read/effective.js';
import { loadConfig } from '../../../src/config/read/load.js';
import { directoryOf } from '../loading.js';

type Entry = Readonly<Record<string, unknown>>;

const india = { query: 'What is the capital of India?', expect: { contains: ['New Delhi'] } };
const fresh = { query: 'challenge', expect: {} };
const preset = { id: 'a', provider: 'openai', model: 'm', api_key: 'k' };
const seed = {
  id: 'a',
  endpoint_configuration: {
    model_name: 'm',
    model_config: { model_provider: 'openai', apikeys: ['k'] },
  },
};
const custom = (payload: Entry): Entry => ({
  ...{ id: 'a', provider: 'custom', base_url: 'http://127.0.0.1:9' },
  custom_payload: payload,
});

async function load(configuration: Entry) {
  const directory = await directoryOf({ 'main.yaml': stringify(configuration) });
  return loadConfig(join(directory, 'main.yaml'), {}, capabilities);
}

/** What this model is asked. */
async function asked(model: Entry, defaults: Entry = {}, more: Entry = {}) {
  const { settings } = await load({ defaults, models: [model], ...more });
  const { query, expect: expected } = settings.models[0]!;
  return { query, expect: expected };
}

describe('a fresh question', () => {
  it('is asked where neither query nor expect is set', async () => {
    expect(await asked(preset)).toEqual(fresh);
    expect(await asked(custom({ q: '{prompt}' }))).toEqual(fresh);
    for (const probe of ['chat_stream', 'completion', 'responses'])
      expect(await asked({ ...preset, probe })).toEqual(fresh);
  });

  it.each<[Entry, Entry, Entry]>([
    [{ expect: { min_length: 1 } }, {}, { minLength: 1 }],
    [{}, { expect: { min_length: 1 } }, { minLength: 1 }],
    [{ expect: {} }, {}, {}],
  ])('is not asked where an answer is expected: own %j, defaults %j', async (own, defaults, expected) => {
    const question = { query: india.query, expect: expected };
    expect(await asked({ ...preset, ...own }, defaults)).toEqual(question);
  });

  it('is asked in the form of the model-health API only if it is set', async () => {
    expect(await asked(seed)).toEqual(india);
    expect(await asked(seed, { query: 'challenge' })).toEqual(fresh);
    expect(await asked({ ...seed, query: 'challenge' })).toEqual(fresh);
  });

  it('is not asked through a remote health API, which has its own question', async () => {
    const remote = { checker: { mode: 'remote' }, remote: { url: 'http://127.0.0.1:9', api_key: 'k' } };
    expect(await asked(preset, {}, remote)).toEqual(india);
    await expect(asked({ ...preset, query: 'challenge' }, {}, remote)).rejects.toThrow(/remote mode/);
  });

  it('is not asked by a custom body that has a question of its own', async () => {
    expect(await asked(custom({ q: india.query }))).toEqual(india);
  });

  it('is replaced by a constant question of the model', async () => {
    const own = { query: 'What is 1 + 1?', expect: { contains: ['2'] } };
    expect(await asked({ ...preset, ...own }, { query: 'challenge' })).toEqual(own);
    expect(await asked({ ...preset, query: 'Hello?' }, { query: 'challenge' })).toEqual({
      query: 'Hello?',
      expect: {},
    });
  });

  it('goes with the expected model alone', async () => {
    const own = { query: 'challenge', expect: { model: ['m'] } };
    expect(await asked({ ...preset, ...own })).toEqual(own);
  });

  it.each<[Entry, Entry, string]>([
    [{ query: 'challenge', expect: { contains: 'x' } }, {}, 'models[0].expect.contains'],
    [{ expect: { equals: 'x' } }, { query: 'challenge' }, 'models[0].expect.equals'],
    [{}, { query: 'challenge', expect: { regex: 'x' } }, 'defaults.expect.regex'],
  ])('cannot stand beside another expectation: own %j, defaults %j', async (own, defaults, path) => {
    const problem = `${path}: cannot stand beside "query: challenge", whose answer is checked`;
    await expect(asked({ ...preset, ...own }, defaults)).rejects.toMatchObject({
      problems: [expect.stringContaining(problem)],
    });
  });

  it.each(['embeddings', 'models', 'vision', 'audio'])('is no question of the probe %s', async (probe) => {
    const model = { ...preset, probe };
    const usual = await asked(model);
    expect(usual.query).not.toBe('challenge');
    expect(await asked(model, { query: 'challenge' })).toEqual(usual);
    const { settings, warnings } = await load({ models: [{ ...model, query: 'challenge' }] });
    expect(settings.models[0]).toMatchObject(usual);
    expect(warnings.join()).toContain(`query: has no effect: probe "${probe}" asks no fresh question`);
  });

  it('is in the effective configuration, which can be loaded again', async () => {
    const { settings } = await load({ models: [preset, { ...preset, id: 'b', expect: { model: 'm' } }] });
    const effective = effectiveConfig(settings, []) as { models: Entry[] };
    expect(effective.models[0]).toMatchObject(fresh);
    const again = await load({ models: effective.models });
    expect(again.settings.models.map(({ query }) => query)).toEqual(['challenge', india.query]);
  });

  it('is replaced for callers of the health API', async () => {
    const { settings } = await load({ models: [preset] });
    const [model] = settings.models;
    expect(withFixedQuestion(model!)).toMatchObject(india);
    const constant = { ...model!, query: 'Hello?' };
    expect(withFixedQuestion(constant)).toBe(constant);
  });
});
