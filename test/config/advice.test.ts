import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { capabilities as builtin } from '../../src/checker/ask/dialects.js';
import { loadConfig } from '../../src/config/read/load.js';
import { directoryOf, problemsOf } from './loading.js';

type Entry = Readonly<Record<string, unknown>>;

async function warningsOf(entry: Entry, env: Readonly<Record<string, string>> = {}, more: Entry = {}) {
  const models = [{ id: 'a', model: 'm', ...entry }];
  const directory = await directoryOf({ 'main.yaml': JSON.stringify({ ...more, models }) });
  const { warnings } = await loadConfig(join(directory, 'main.yaml'), env, builtin);
  return warnings.map((warning) => warning.replace(/^.*?: /, ''));
}

describe('unknown provider', () => {
  it.each([
    ['azure', 'azure_openai'],
    ['azure-openai', 'azure_openai'],
    ['gemeni', 'gemini'],
    ['google', 'gemini'],
    ['aws', 'bedrock'],
    ['Amazon Bedrock', 'bedrock'],
    ['claude', 'anthropic'],
    ['OpenAI', 'openai'],
    ['open-ai', 'openai'],
    ['openia', 'openai'],
    ['chatgpt', 'openai'],
    ['hf', 'huggingface'],
    ['Hugging Face', 'huggingface'],
    ['together.ai', 'together'],
    ['mistralai', 'mistral'],
    ['fireworks-ai', 'fireworks'],
    ['dashscope', 'alibaba'],
    ['olama', 'ollama'],
  ])('%s is an error that suggests %s, with or without an address', async (written, meant) => {
    for (const address of [{}, { base_url: 'https://llm.example.com/v1' }]) {
      const entry = { id: 'a', model: 'm', provider: written, api_key: 'k', ...address };
      const directory = await directoryOf({ 'main.yaml': JSON.stringify({ models: [entry] }) });
      expect(await problemsOf(join(directory, 'main.yaml'), {}, directory)).toEqual([
        expect.stringMatching(
          new RegExp(`models\\[0\\]\\.provider: ".*" is not a known provider; did you mean "${meant}"\\?$`),
        ),
      ]);
    }
  });

  it.each(['vllm', 'vLLM', 'lm-studio', 'LiteLLM', 'openrouter', 'xai', 'llama.cpp', 'tgi'])(
    '%s is an error that suggests openai_compatible',
    async (written) => {
      const entry = { id: 'a', model: 'm', provider: written, base_url: 'http://127.0.0.1:8000/v1' };
      const directory = await directoryOf({ 'main.yaml': JSON.stringify({ models: [entry] }) });
      expect(await problemsOf(join(directory, 'main.yaml'), {}, directory)).toEqual([
        expect.stringContaining(
          `"${written}" is not a known provider; write "openai_compatible" and its "base_url"`,
        ),
      ]);
    },
  );

  it('is also an error in the form of the health API, and is truncated if it is long', async () => {
    const endpoint_configuration = {
      model_name: 'm',
      model_config: { model_provider: 'z'.repeat(5_000), endpoint: { host: 'h.example' } },
    };
    const directory = await directoryOf({
      'main.yaml': JSON.stringify({ models: [{ id: 'a', endpoint_configuration }] }),
    });
    const [problem = '', ...others] = await problemsOf(join(directory, 'main.yaml'), {}, directory);
    expect(others).toEqual([]);
    expect(problem).toContain('model_config.model_provider: "zzz');
    expect(problem.length).toBeLessThan(500);
  });
});

describe('API key', () => {
  const forms: readonly (readonly [string, (key: string) => Entry])[] = [
    ['api_key', (key) => ({ provider: 'openai', api_key: key })],
    ['api_keys[1]', (key) => ({ provider: 'openai', api_keys: ['k', key] })],
  ];
  const odd: readonly (readonly [string, string])[] = [
    ['$OPENAI_KEY', 'is sent as it is: a variable is written "${NAME}", in braces'],
    ['$(OPENAI_KEY)', 'is sent as it is: a variable is written "${NAME}", in braces'],
    [' sk-hidden', 'begins with a blank, which is sent as part of it'],
    ['sk-hidden ', 'ends with a blank, which is sent as part of it'],
    ['"sk-hidden', 'begins with a quote, which is sent as part of it'],
    ['Bearer sk-hidden', 'begins with "Bearer", which is no part of a key: leave it out'],
    ['"bearer sk-hidden"', 'begins with "Bearer", which is no part of a key: leave it out'],
    ["sk-hidden'", 'ends with a quote, which is sent as part of it'],
  ];

  it.each(forms.flatMap(([place, entry]) => odd.map(([key, message]) => ({ place, entry, key, message }))))(
    'in $place that is $key causes a warning without the key',
    async ({ place, entry, key, message }) => {
      expect(await warningsOf(entry(key))).toEqual([`models[0].${place}: ${message}`]);
      expect(await warningsOf(entry('${KEY}'), { KEY: key })).toEqual([`models[0].${place}: ${message}`]);
    },
  );

  it('or token of the daemon causes a warning as well', async () => {
    const sections = { server: { bearer_token: '$TOKEN' }, health_api: { api_keys: ['"quoted"'] } };
    const entry = { provider: 'ollama', custom_headers: [{ key: 'X-Key', value: '$KEY' }] };
    expect(await warningsOf(entry, {}, sections)).toEqual([
      'server.bearer_token: is sent as it is: a variable is written "${NAME}", in braces',
      'health_api.api_keys[0]: begins with a quote, which is sent as part of it',
      'health_api.api_keys[0]: ends with a quote, which is sent as part of it',
      'models[0].custom_headers[0].value: is sent as it is: a variable is written "${NAME}", in braces',
    ]);
  });

  it.each([
    [{ provider: 'openai' }],
    [{ provider: 'anthropic', base_url: 'https://api.anthropic.com/v1' }],
    [{ provider: 'gemini' }],
    [{ provider: 'bedrock', region: 'eu-west-1' }],
    [{ provider: 'azure_openai', base_url: 'https://r.openai.azure.com' }],
    [{ provider: 'groq', api_key: '${ABSENT:-}' }],
  ])('that a provider requires causes a warning if it is missing: %j', async (entry) => {
    expect(await warningsOf(entry)).toEqual([
      `models[0].provider: "${entry.provider}" needs a key, and the model has none`,
    ]);
  });

  it.each([
    [{ provider: 'openai', base_url: 'https://gateway.example.com/v1' }],
    [{ provider: 'azure_openai', base_url: 'https://gateway.example.com' }],
    [{ provider: 'ollama' }],
    [{ provider: 'openai', custom_headers: [{ key: 'Authorization', value: 'Bearer k' }] }],
    [{ provider: 'openai', model_auth_type: 'jwt', model_jwt_config: { jwt_url: 'https://id.example.com' } }],
    [{ base_url: 'http://127.0.0.1:8000/v1' }],
  ])('that may come from elsewhere causes no warning: %j', async (entry) => {
    expect(await warningsOf(entry)).toEqual([]);
  });

  it('from a missing variable causes only the warning about the variable', async () => {
    expect(await warningsOf({ provider: 'openai', api_key: '${ABSENT}' })).toEqual([
      'models[0].api_key: variable ABSENT is not set: the model is unknown (secret_missing)',
    ]);
  });

  it('may be missing in remote mode, where the health API may have it', async () => {
    const remote = { checker: { mode: 'remote' }, remote: { url: 'https://h.example', api_key: 'k' } };
    expect(await warningsOf({ provider: 'openai' }, {}, remote)).toEqual([]);
  });
});

describe('address', () => {
  const added = (path: string): string =>
    `ends in "${path}", a path of the API, which is added to it: leave the path out`;
  const begun = (path: string): string =>
    `ends in "${path}", with which the paths of the API begin: leave it out`;
  const bare = 'has no path, and most servers of this API have it below "/v1"';
  const odd: readonly (readonly [string, string, string])[] = [
    ['openai_compatible', 'https://h.example/v1/chat/completions', added('/chat/completions')],
    ['openai_compatible', 'https://h.example/v1/chat/completions/', added('/chat/completions')],
    ['openai', 'https://h.example/v1/embeddings', added('/embeddings')],
    ['openai', 'https://h.example/v1/responses', added('/responses')],
    ['groq', 'https://h.example/v1/completions', added('/completions')],
    ['anthropic', 'https://api.anthropic.com/v1/messages', added('/messages')],
    ['cohere', 'https://api.cohere.com/v2/chat', added('/v2/chat')],
    ['cohere', 'https://api.cohere.com/v2', begun('/v2')],
    ['ollama', 'http://127.0.0.1:11434/api/chat', added('/api/chat')],
    ['ollama', 'http://127.0.0.1:11434/api', begun('/api')],
    [
      'ollama',
      'http://127.0.0.1:11434/v1',
      'ends in "/v1", which is where Ollama serves OpenAI\'s API: leave "/v1" out, or write provider "openai_compatible"',
    ],
    ['gemini', 'https://generativelanguage.googleapis.com/v1beta/models', begun('/models')],
    ['azure_openai', 'https://r.openai.azure.com/openai', begun('/openai')],
    ['openai_compatible', 'http://127.0.0.1:8000', bare],
    ['openai_compatible', 'http://127.0.0.1:8000/', bare],
    ['anthropic', 'https://api.anthropic.com', bare],
    ['groq', 'https://api.groq.com', 'has no path, and this provider has its API below "/openai/v1"'],
  ];

  it.each(odd)('of %s that is %s causes a warning', async (provider, base_url, message) => {
    expect(await warningsOf({ provider, base_url, api_key: 'k' })).toEqual([
      `models[0].base_url: ${message}`,
    ]);
  });

  it.each(odd)('of %s that is %s causes no warning if paths are configured', async (provider, address) => {
    const url = new URL(address);
    const endpoint = {
      scheme: url.protocol.slice(0, -1),
      host: url.host.split(':')[0],
      base_path: url.pathname,
    };
    const config = (paths?: Entry) => ({
      model: undefined,
      endpoint_configuration: {
        model_name: 'm',
        model_config: { model_provider: provider, apikey: 'k', endpoint, ...(paths && { paths }) },
      },
    });
    expect(await warningsOf(config({ chat: '/own/chat' }))).toEqual([]);
    expect(await warningsOf(config())).toHaveLength(1);
  });

  it.each([
    ['openai_compatible', 'https://h.example/v1'],
    ['openai_compatible', 'https://h.example/openai'],
    ['openai_compatible', 'https://r.services.ai.azure.com/models'],
    ['openai_compatible', 'https://api.perplexity.ai'],
    ['deepseek', 'https://api.deepseek.com'],
    ['anthropic', 'https://gateway.example.com/anthropic'],
    ['azure_openai', 'https://r.openai.azure.com'],
    ['azure_openai', 'https://r.openai.azure.com/openai/v1'],
    ['cohere', 'https://gateway.example.com'],
    ['cohere', 'https://gateway.example.com/cohere/v2'],
    ['ollama', 'https://gateway.example.com/ollama/v1'],
    ['bedrock', 'https://gateway.example.com'],
    ['groq', 'https://gateway.example.com'],
    ['custom', 'https://h.example/v1/chat/completions'],
  ])('of %s that is %s causes no warning', async (provider, base_url) => {
    const custom_payload = provider === 'custom' ? { q: '{prompt}' } : undefined;
    expect(await warningsOf({ provider, base_url, api_key: 'k', custom_payload })).toEqual([]);
  });

  it('from a secret is not shown in the warning', async () => {
    const [warning] = await warningsOf(
      { provider: 'openai_compatible', base_url: '${URL}', api_key: 'k' },
      { URL: 'https://hidden.example/token-one/chat/completions' },
    );
    expect(warning).toContain(added('/chat/completions'));
    expect(warning).not.toMatch(/hidden|token-one/);
  });
});

describe('key that the provider does not read', () => {
  it.each([
    ['region', 'eu-west-1', 'bedrock'],
    ['api_version', '2024-10-21', 'azure_openai'],
  ])('%s causes a warning, but not for the provider that reads it', async (key, value, only) => {
    const entry = { base_url: 'https://llm.example.com/v1', api_key: 'k', [key]: value };
    expect(await warningsOf({ ...entry, provider: 'openai' })).toEqual([
      `models[0].${key}: has no effect: only provider "${only}" has one`,
    ]);
    expect((await warningsOf({ ...entry, provider: only })).join()).not.toContain('has no effect');
  });
});
