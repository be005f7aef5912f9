import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../../../src/checker/ask/dialects.js';
import { providerFor } from '../../../../src/config/model/providers.js';
import type { Model, Probe } from '../../../../src/domain/model.js';
import { modelAt } from '../../model.js';

type Changes = Partial<Omit<Model, 'endpoint'>>;

function asked(provider: string, modelName: string, probe: Probe = 'chat', changes: Changes = {}) {
  const { paths } = providerFor(provider, { model: modelName });
  const model = modelAt('http://a.test', { provider, modelName, probe, endpoint: { paths }, ...changes });
  return dialectFor(provider, probe)!.ask(model);
}

const query = 'What is the capital of India?';
const messages = [{ role: 'user', content: query }];

describe('dialect request', () => {
  it('to Anthropic sends the version header, and neither temperature nor thinking', () => {
    expect(asked('anthropic', 'claude-haiku-4-5')).toEqual({
      method: 'POST',
      path: '/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body: { model: 'claude-haiku-4-5', max_tokens: 16, messages },
    });
    expect(asked('anthropic', 'm', 'chat_stream').body).toMatchObject({ stream: true });
  });

  it.each([
    ['gemini-2.0-flash', { maxOutputTokens: 16, temperature: 0 }],
    ['models/gemini-2.0-flash', { maxOutputTokens: 16, temperature: 0 }],
    ['gemini-2.5-flash', { maxOutputTokens: 16, temperature: 0, thinkingConfig: { thinkingBudget: 0 } }],
    ['gemini-2.5-pro', { maxOutputTokens: 1_024, thinkingConfig: { thinkingBudget: 128 } }],
    ['gemini-3-pro-preview', { maxOutputTokens: 1_024, thinkingConfig: { thinkingLevel: 'low' } }],
  ])('to Gemini for %s requests the least thinking', (modelName, generationConfig) => {
    const name = modelName.replace('models/', '');
    expect(asked('gemini', modelName)).toEqual({
      method: 'POST',
      path: `/models/${name}:generateContent`,
      body: { contents: [{ role: 'user', parts: [{ text: query }] }], generationConfig },
    });
    expect(asked('gemini', modelName, 'chat_stream').path).toBe(
      `/models/${name}:streamGenerateContent?alt=sse`,
    );
  });

  it('to Gemini keeps our token limit beside other generationConfig options', () => {
    const requestOptions = { generationConfig: { topK: 1, temperature: null } };
    expect(asked('gemini', 'gemini-2.0-flash', 'chat', { requestOptions }).body).toMatchObject({
      generationConfig: { topK: 1, maxOutputTokens: 16 },
    });
  });

  it('to Ollama turns thinking off, or sets it to low if it cannot be off', () => {
    expect(asked('ollama', 'qwen3').body).toMatchObject({ think: false, stream: false });
    expect(asked('ollama', 'gpt-oss:20b').body).toMatchObject({ think: 'low' });
    expect(asked('ollama', 'llama3.2', 'chat_stream').body).toMatchObject({
      stream: true,
      options: { num_predict: 16 },
    });
  });

  it('to Cohere turns thinking off for its reasoning models', () => {
    expect(asked('cohere', 'command-a-reasoning-08-2025').body).toMatchObject({
      thinking: { type: 'disabled' },
    });
    expect(asked('cohere', 'command-r7b-12-2024').body).toEqual({
      model: 'command-r7b-12-2024',
      messages,
      max_tokens: 16,
      temperature: 0,
      stream: false,
    });
  });

  it.each([
    ['groq', 'qwen/qwen3-32b', { reasoning_effort: 'none' }],
    ['groq', 'openai/gpt-oss-20b', { reasoning_effort: 'low' }],
    ['groq', 'llama-3.1-8b-instant', {}],
    ['mistral', 'mistral-small-latest', { reasoning_effort: 'none' }],
    ['mistral', 'mistral-large-latest', {}],
    ['deepseek', 'deepseek-v4-flash', { thinking: { type: 'disabled' } }],
    ['deepseek', 'deepseek-chat', {}],
    ['together', 'deepseek-ai/DeepSeek-V3.1', { reasoning: { enabled: false } }],
    ['together', 'openai/gpt-oss-20b', { reasoning_effort: 'low' }],
    ['alibaba', 'qwen3-32b', { enable_thinking: false }],
    ['alibaba', 'qwen3-coder-plus', {}],
    ['openai', 'gpt-5.1-chat-latest', {}],
  ])('to %s for %s requests the least reasoning', (provider, modelName, least) => {
    const { body } = asked(provider, modelName);
    const { reasoning_effort, reasoning, thinking, enable_thinking } = body as Record<string, unknown>;
    const said = { reasoning_effort, reasoning, thinking, enable_thinking };
    expect(JSON.parse(JSON.stringify(said))).toEqual(least);
  });

  it.each(['gpt-5.1-chat-latest', 'o4-mini', 'claude-opus-4-7', 'anthropic/claude-sonnet-5', 'kimi-k2.5'])(
    'for %s has no temperature, with any provider',
    (modelName) => {
      expect(asked('openai_compatible', modelName).body).not.toHaveProperty('temperature');
    },
  );

  it('to the Responses API uses its minimum token limit, and is not stored', () => {
    expect(asked('openai', 'gpt-4o-mini', 'responses', { maxTokens: 3, systemPrompt: 'Be brief.' })).toEqual({
      method: 'POST',
      path: '/responses',
      body: {
        model: 'gpt-4o-mini',
        input: query,
        instructions: 'Be brief.',
        max_output_tokens: 16,
        store: false,
        temperature: 0,
      },
    });
    expect(asked('openai', 'gpt-5-nano', 'responses').body).toMatchObject({
      max_output_tokens: 1_024,
      reasoning: { effort: 'minimal' },
    });
  });

  it.each([
    ['openai', '/embeddings', { model: 'e', input: query }],
    ['gemini', '/models/e:embedContent', { content: { parts: [{ text: query }] } }],
    ['ollama', '/api/embed', { model: 'e', input: query }],
    [
      'cohere',
      '/v2/embed',
      { model: 'e', texts: [query], input_type: 'search_query', embedding_types: ['float'] },
    ],
  ])('to %s for an embedding at %s has no token limit', (provider, path, body) => {
    expect(asked(provider, 'e', 'embeddings')).toMatchObject({ path, body });
  });

  it('for the model list has no body, and the reply is read without truncation', () => {
    expect(asked('anthropic', 'm', 'models')).toMatchObject({
      method: 'GET',
      path: '/models?limit=1000',
      body: null,
      headers: { 'anthropic-version': '2023-06-01' },
    });
    expect(asked('gemini', 'm', 'models').path).toBe('/models?pageSize=1000');
    expect(asked('ollama', 'm', 'models').path).toBe('/api/tags');
  });

  it('to Azure addresses the deployment, or the model with the newer API', () => {
    expect(asked('azure_openai', 'my dep').path).toBe(
      '/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21',
    );
    const address = 'https://r.openai.azure.com/openai/v1';
    expect(providerFor('azure_openai', { model: 'd', address }).paths.chat).toBe('/chat/completions');
    expect(asked('azure_openai', 'd').body).toMatchObject({ model: 'd' });
  });
});
