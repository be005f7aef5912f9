import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { loadConfig } from '../../src/config/read/load.js';
import { directoryOf } from './loading.js';

type Entry = Readonly<Record<string, unknown>>;

const preset = { id: 'm', provider: 'openai', model: 'gpt-4.1-mini', api_key: 'k' };

async function load(model: Entry, defaults: Entry = {}) {
  const directory = await directoryOf({ 'main.yaml': stringify({ defaults, models: [model] }) });
  return loadConfig(join(directory, 'main.yaml'), {}, capabilities);
}

async function asked(model: Entry, defaults: Entry = {}) {
  const { settings } = await load({ ...preset, ...model }, defaults);
  const { query, expect: expected } = settings.models[0]!;
  return { query, expected };
}

const colour = {
  query: 'What colour is this picture? Answer with one word.',
  expected: { contains: ['yellow'] },
};
const tone = {
  query: 'Is there a tone in this clip? Answer with yes or no.',
  expected: { contains: ['yes'] },
};

describe('question of a vision or audio probe', () => {
  it('is about the image or audio, regardless of default text questions', async () => {
    expect(await asked({ probe: 'vision' })).toEqual(colour);
    expect(await asked({ probe: 'audio' })).toEqual(tone);
    const defaults = { query: 'How are you?', expect: { min_length: 3 } };
    expect(await asked({ probe: 'vision' }, defaults)).toEqual(colour);
    expect(await asked({}, defaults)).toEqual({ query: 'How are you?', expected: { minLength: 3 } });
  });

  it('is the question of the model if there is one', async () => {
    expect(await asked({ probe: 'vision', query: 'Is it red?' })).toEqual({
      query: 'Is it red?',
      expected: {},
    });
    expect(await asked({ probe: 'audio', expect: { equals: 'Yes' } })).toEqual({
      query: tone.query,
      expected: { equals: ['Yes'] },
    });
  });

  it('is a default question only if the default is for the same probe', async () => {
    const defaults = { probe: 'vision', query: 'Which colour?' };
    expect((await asked({}, defaults)).query).toBe('Which colour?');
    expect(await asked({ probe: 'audio' }, defaults)).toEqual(tone);
    expect((await asked({ probe: 'chat' }, defaults)).query).toBe('challenge');
  });
});

describe('modalities of a model', () => {
  const seed = (input: string[]): Entry => ({
    id: 'm',
    probe: 'vision',
    endpoint_configuration: {
      model_name: 'pixtral',
      model_config: {
        model_provider: 'mistral',
        apikey: 'k',
        input_modalities: input,
        paths: { chat: '/chat/completions', vision: 'see' },
      },
    },
  });

  it('cause a warning if they lack what the probe sends', async () => {
    const { warnings } = await load({ ...preset, probe: 'audio', input_modalities: ['text', 'image'] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /main\.yaml:8:5: models\[0\]\.input_modalities: does not list "audio", which probe "audio" sends$/,
    );
    expect((await load(seed(['text']))).warnings.join()).toContain(
      'models[0].endpoint_configuration.model_config.input_modalities: does not list "image"',
    );
  });

  it('cause no warning if they are sufficient or not given', async () => {
    expect((await load(seed(['text', 'Image']))).warnings).toEqual([]);
    expect((await load({ ...preset, probe: 'vision' })).warnings).toEqual([]);
    expect((await load({ ...preset, input_modalities: ['text'] })).warnings).toEqual([]);
  });

  it('yield an effective configuration that loads without a warning', async () => {
    const first = await load({ ...preset, probe: 'vision' });
    const [model] = (first.effective() as { models: Entry[] }).models;
    expect((await load(model!)).warnings).toEqual([]);
    expect(model).toMatchObject({
      endpoint_configuration: { model_config: { input_modalities: ['text', 'image'] } },
    });
  });

  it('keep the image path of the seed form', async () => {
    const { settings } = await load(seed(['image']));
    expect(settings.models[0]!.endpoint.paths).toMatchObject({ chat: '/chat/completions', vision: '/see' });
  });
});
