import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { registryOf } from '../../../src/cli/foreign/discovered-registry.js';
import { listedModels } from '../../../src/cli/foreign/listed-models.js';
import { createFolder } from '../../app/process.js';
import { amount } from '../../slow.js';
import { imported, loaded } from './importing.js';

const folder = createFolder();
afterAll(() => folder.clean());

const pieces = [
  '${',
  '$${',
  '$',
  '}',
  'HOME',
  '#',
  ':',
  ' ',
  '\n',
  '"',
  "'",
  '- ',
  '*',
  '&a',
  '\u0000',
  '\ud800',
  '😀',
  '\u001b[2J',
  '::',
  'mpref0x0z',
  '__proto__',
  '/',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 8 })
  .map((parts) => parts.join(''));
/** A text that JSON keeps as it is. */
const kept = hostile.map((text) => text.replaceAll(/\p{Cs}/gu, ''));
/** Is found again wherever it leaks to. */
const secret = fc.uuid().map((id) => `sk-${id}`);

/** Fits every place that a variable can have. */
const filled = 'https://filled-in.example.com';

/** What the registry says after it is loaded with each variable set. */
async function made(tool: 'litellm' | 'uptime-kuma' | 'gatus', value: unknown) {
  const file = folder.write('source.json', JSON.stringify(value));
  const { text, notes, ids } = await imported(tool, [file]);
  const { settings } = await loaded(folder.write('made.yaml', text), filled);
  return { said: [text, ...notes].join('\n'), models: settings.models, ids };
}

describe('hostile texts in a foreign configuration', () => {
  it('give a valid registry without secrets, with the question as it was: Uptime Kuma', async () => {
    const cases = fc.asyncProperty(
      kept,
      kept,
      kept,
      secret,
      hostile,
      async (name, question, model, key, more) => {
        const monitor = {
          name,
          type: 'http',
          method: 'POST',
          url: 'https://models.example.com/v1/chat/completions',
          headers: JSON.stringify({ Authorization: `Bearer ${key}`, 'X-Any': key }),
          body: JSON.stringify({ model, messages: [{ role: 'user', content: question }], api_token: key }),
          tags: [{ name: more, value: more }],
          description: more,
          [more]: more,
        };
        const { said, models, ids } = await made('uptime-kuma', { monitorList: [monitor, monitor] });
        expect(said).not.toContain(key);
        expect(models.map(({ id }) => id)).toEqual(ids);
        // Names and questions with control characters are refused, and that is said.
        if (models.length === 0) return;
        expect(models).toHaveLength(2);
        expect(models[0]).toMatchObject({ modelName: model, ...(question !== '' && { query: question }) });
        expect(models[0]?.endpoint.apiKeys).toEqual([filled]);
      },
    );
    await fc.assert(cases, { numRuns: amount(400, 60) });
  });

  it('give a valid registry without secrets: LiteLLM', async () => {
    const value = fc.oneof(hostile, fc.integer(), fc.constantFrom(null, true, [], {}));
    const cases = fc.asyncProperty(
      fc.constantFrom(
        'openai/',
        'azure/',
        'bedrock/',
        'vertex_ai/gemini',
        'ollama/',
        'anthropic/',
        'hosted_vllm/',
        '',
      ),
      hostile,
      secret,
      fc.dictionary(
        fc.constantFrom(
          'api_base',
          'api_version',
          'timeout',
          'rpm',
          'max_tokens',
          'extra_headers',
          'organization',
          'temperature',
          'aws_region_name',
          'vertex_project',
        ),
        value,
      ),
      fc.record({ mode: value, id: value }),
      async (prefix, name, key, params, info) => {
        const model = {
          model_name: name,
          litellm_params: { model: prefix + name, api_key: key, ...params },
          model_info: info,
        };
        const { said, models, ids } = await made('litellm', {
          model_list: [model],
          general_settings: { master_key: key },
        });
        expect(said).not.toContain(key);
        expect(models.map(({ id }) => id)).toEqual(ids);
      },
    );
    await fc.assert(cases, { numRuns: amount(1_000, 100) });
  });

  it('give a valid registry without secrets: Gatus', async () => {
    const cases = fc.asyncProperty(
      hostile,
      hostile,
      secret,
      fc.array(hostile),
      async (name, text, key, conditions) => {
        const endpoint = {
          name,
          group: text,
          url: `https://models.example.com/v1/chat/completions?code=${key}`,
          method: 'POST',
          interval: text,
          headers: { Authorization: `Bearer ${key}`, Cookie: `${text} ${key}` },
          body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] }),
          conditions: [
            '[BODY] == pat(*pong*)',
            ...conditions.map((one) => `[BODY].choices[0].message.content == ${one}`),
          ],
          client: { 'proxy-url': `http://user:${key}@proxy.example.com` },
        };
        const { said, models, ids } = await made('gatus', { endpoints: [endpoint] });
        expect(said).not.toContain(key);
        expect(models.map(({ id }) => id)).toEqual(ids);
      },
    );
    await fc.assert(cases, { numRuns: amount(400, 60) });
  });
});

describe('hostile lists of an endpoint', () => {
  it('give a valid registry, or none', async () => {
    const value = fc.oneof(hostile, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>);
    const member = fc.constantFrom(
      ...[
        'id',
        'name',
        'model_name',
        'model_info',
        'litellm_params',
        'architecture',
        'pricing',
        'capabilities',
      ],
      ...['owned_by', 'digest', 'type', 'supportedGenerationMethods', 'endpoints', 'expiration_date'],
    );
    const entries = fc.array(fc.oneof(fc.dictionary(member, value), value), { maxLength: 4 });
    const payload = fc.oneof(
      entries,
      fc.record({ data: entries }),
      fc.record({ data: entries, models: entries }),
    );
    const cases = fc.asyncProperty(payload, hostile, async (given, address) => {
      const list = listedModels(given);
      if (list === null) return;
      const found = {
        api: list.kind,
        provider: 'openai_compatible',
        baseUrl: 'https://example.com/v1',
        list,
      };
      const { made } = registryOf(found, list.models, { address, key: 'KEY' });
      const { settings } = await loaded(folder.write('listed.yaml', made.text), filled);
      expect(settings.models.map(({ id }) => id)).toEqual(made.ids);
    });
    await fc.assert(cases, { numRuns: amount(1_000, 100) });
  });
});
