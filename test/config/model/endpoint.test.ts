import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { providers } from '../../../src/config/model/providers.js';
import { load, loadModel } from '../loading.js';

const seedFile = fileURLToPath(new URL('../../fixtures/config/seed-request.json', import.meta.url));

const seed = (config: object) =>
  JSON.stringify({
    models: [{ id: 'a', endpoint_configuration: { model_name: 'm', model_config: config } }],
  });

describe('seed form', () => {
  it('accepts the request body unchanged', async () => {
    const body = JSON.parse(await readFile(seedFile, 'utf8')) as Record<string, unknown>;
    const model = await loadModel(JSON.stringify({ models: [{ id: 'mixtral', ...body }] }, null, 2));
    expect(model).toMatchObject({
      provider: 'together',
      modelName: 'mistralai/Mixtral-8x7B-Instruct-v0.1',
      hostingType: 'External',
      ratePerMin: 20,
      systemPrompt: null,
      requestOptions: {},
      missingSecret: null,
      endpoint: {
        baseUrl: 'https://api.together.xyz/v1',
        paths: { chat: '/chat/completions', completions: '/completions' },
        auth: { headerName: 'Authorization', prefix: 'Bearer ' },
        apiKeys: ['xxxxx'],
      },
    });
    expect(model.endpointConfiguration).toEqual(body.endpoint_configuration);
  });

  it.each([
    [{ endpoint: { host: 'h.example', base_path: 'v1' } }, 'https://h.example/v1'],
    [{ endpoint: { host: 'h.example', base_path: '/v1/' } }, 'https://h.example/v1'],
    [{ endpoint: { host: 'h.example', base_path: '' } }, 'https://h.example'],
    [{ endpoint: { scheme: 'http', host: 'h.example', port: 80 } }, 'http://h.example'],
    [{ endpoint: { scheme: 'http', host: 'h.example', port: '8080' } }, 'http://h.example:8080'],
    [{ endpoint: { scheme: 'http', host: '::1', port: 8080 } }, 'http://[::1]:8080'],
    [{ endpoint: { host: 'h.example', port: null, base_path: null } }, 'https://h.example'],
    [{ endpoint: {}, paths: {}, auth_data: {} }, 'https://api.together.xyz/v1'],
    [{ endpoint_url: 'https://h.example/v1' }, 'https://h.example/v1'],
    [{ endpoint_url: 'https://h.example/v1/' }, 'https://h.example/v1'],
    [{ endpoint_url: 'https://h.example/v1/chat/completions' }, 'https://h.example/v1'],
  ])('reads the address from %j', async (config, address) => {
    const { endpoint } = await loadModel(seed({ model_provider: 'together', ...config }));
    expect(`${endpoint.baseUrl} ${endpoint.paths.chat}`).toBe(`${address} /chat/completions`);
  });

  it('keeps the query of endpoint_url with the chat path', async () => {
    const { endpoint } = await loadModel(
      seed({ model_provider: 'together', endpoint_url: 'https://h.example/x/chat?version=1' }),
    );
    expect(endpoint).toMatchObject({ baseUrl: 'https://h.example', paths: { chat: '/x/chat?version=1' } });
  });

  it('collects keys from every location, without duplicates and empty ones', async () => {
    const { endpoint } = await loadModel(
      seed({
        model_provider: 'together',
        apikeys: ['', 'one', 'two'],
        apikey: 'one',
        model_api_key: 'three',
      }),
    );
    expect(endpoint.apiKeys).toEqual(['one', 'two', 'three']);
  });

  it.each([
    [{ header_name: 'x-api-key', header_prefix: '', space_after_prefix: true }, 'x-api-key', ''],
    [{ header_name: 'x-api-key' }, 'x-api-key', ''],
    [{ header_name: 'A', header_prefix: 'Key', space_after_prefix: false }, 'A', 'Key'],
    [null, 'Authorization', 'Bearer '],
  ])('reads auth_data %j', async (authData, headerName, prefix) => {
    const { endpoint } = await loadModel(seed({ model_provider: 'together', auth_data: authData }));
    expect(endpoint.auth).toEqual({ headerName, prefix });
  });

  it('sends custom headers, and treats null, "", [] and {} as unset', async () => {
    const { endpoint, systemPrompt } = await loadModel(
      seed({
        model_provider: 'together',
        custom_headers: [{ key: 'X-Team', value: 'search' }],
        model_version: null,
        system_prompt: '',
        apikeys: [],
        paths: { chat: '', vision: null },
        metadata: {},
      }),
    );
    expect(endpoint.headers).toEqual({ 'X-Team': 'search' });
    expect(endpoint.paths.chat).toBe('/chat/completions');
    expect(systemPrompt).toBeNull();
  });
});

describe('preset form', () => {
  it('has the address of each provider', async () => {
    const model = await loadModel('models: [{ id: a, provider: groq, model: m, api_key: k }]');
    expect(model.endpoint).toMatchObject({ baseUrl: 'https://api.groq.com/openai/v1', apiKeys: ['k'] });
  });

  it('is expanded into the equivalent seed form', async () => {
    const preset = await loadModel('models: [{ id: a, provider: together, model: m, api_keys: [k, ""] }]');
    const expanded = await loadModel(
      JSON.stringify({
        // The form of the model-health API has its question.
        models: [{ id: 'a', query: preset.query, endpoint_configuration: preset.endpointConfiguration }],
      }),
    );
    expect(expanded).toEqual(preset);
  });

  it('uses openai_compatible if only base_url is given', async () => {
    const model = await loadModel('models: [{ id: a, base_url: "http://127.0.0.1:8000/v1/", model: m }]');
    expect(model).toMatchObject({
      provider: 'openai_compatible',
      endpoint: { baseUrl: 'http://127.0.0.1:8000/v1' },
    });
  });

  it.each([
    [
      'azure_openai',
      '{ base_url: "https://r.openai.azure.com" }',
      '/openai/deployments/my%20m/chat/completions?api-version=2024-10-21',
    ],
    [
      'azure_openai',
      '{ base_url: "https://r.openai.azure.com", api_version: v9 }',
      '/openai/deployments/my%20m/chat/completions?api-version=v9',
    ],
    ['bedrock', '{ region: eu-west-1 }', '/model/my%20m/converse'],
    ['gemini', '{}', '/models/my%20m:generateContent'],
  ])('sets the path of %s with %s', async (provider, extra, chat) => {
    const { endpoint } = await loadModel(
      `checker: { mode: remote }\nremote: { url: "https://h.example", api_key: k }\nmodels: [{ id: a, provider: ${provider}, model: my m, <<: ${extra} }]`,
    );
    expect(endpoint.paths.chat).toBe(chat);
    if (provider === 'bedrock')
      expect(endpoint.baseUrl).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com');
  });

  it.each([
    ['{ provider: bedrock, model: m, region: eu-west-1 }', 'https://bedrock-runtime.eu-west-1.amazonaws.com'],
    [
      '{ provider: bedrock, model: m, region: eu-west-1, base_url: "https://gw.example" }',
      'https://gw.example',
    ],
    [
      '{ region: eu-west-1, endpoint_configuration: { model_name: m, model_config: { model_provider: bedrock, endpoint: { host: gw.example } } } }',
      'https://gw.example',
    ],
  ])(
    'uses the region of %s for signing, and keeps it in the effective configuration',
    async (entry, baseUrl) => {
      const head = 'checker: { mode: remote }\nremote: { url: "https://h.example", api_key: k }\n';
      const loaded = await load(
        `${head}models: [{ id: a, api_key: k, <<: ${entry} }]`.replace(
          'api_key: k, <<: { region',
          '<<: { region',
        ),
      );
      expect(loaded.settings.models[0]!.endpoint).toMatchObject({ baseUrl, region: 'eu-west-1' });
      const [effective] = (loaded.effective() as { models: object[] }).models;
      const again = await loadModel(`${head}models: ${JSON.stringify([effective])}`);
      expect(again.endpoint.region).toBe('eu-west-1');
    },
  );

  it('has a table entry for each provider with its own API or address', () => {
    expect(Object.keys(providers)).toHaveLength(20);
  });
});
