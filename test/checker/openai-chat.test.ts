import { describe, expect, it } from '@jest/globals';
import { capabilities, dialectFor } from '../../src/checker/ask/dialects.js';
import type { Model } from '../../src/domain/model.js';
import { modelAt } from './model.js';

function bodyFor(
  provider: string,
  modelName: string,
  changes: Partial<Omit<Model, 'endpoint'>> = {},
): unknown {
  const { messages, model, ...rest } = dialectFor(provider, 'chat')!.ask(
    modelAt('http://a.test', { provider, modelName, ...changes }),
  ).body as { messages: unknown; model: string };
  expect(model).toBe(modelName);
  expect(messages).toBeDefined();
  return rest;
}

describe('chat request', () => {
  it.each([
    ['openai', 'gpt-4o-mini', { max_completion_tokens: 16, temperature: 0 }],
    ['openai', 'gpt-4o-search-preview', { max_completion_tokens: 16 }],
    ['openai', 'gpt-5-chat-latest', { max_completion_tokens: 16, temperature: 0 }],
    ['openai', 'o4-mini', { max_completion_tokens: 1024, reasoning_effort: 'low' }],
    ['openai', 'o1-mini', { max_completion_tokens: 1024 }],
    ['openai', 'gpt-5-nano', { max_completion_tokens: 1024, reasoning_effort: 'minimal' }],
    ['openai', 'gpt-5.1', { max_completion_tokens: 1024, reasoning_effort: 'none' }],
    ['openai', 'gpt-5-pro', { max_completion_tokens: 1024 }],
    ['openai_compatible', 'llama-3', { max_tokens: 16, temperature: 0 }],
    ['openai_compatible', 'openai/gpt-5', { max_completion_tokens: 1024 }],
    ['somebody-new', 'Qwen/QwQ-32B', { max_tokens: 1024, temperature: 0 }],
    ['groq', 'openai/gpt-oss-20b', { max_completion_tokens: 1024, temperature: 0, reasoning_effort: 'low' }],
    ['mistral', 'magistral-small', { max_tokens: 1024, temperature: 0 }],
    ['mistral', 'mistral-small', { max_tokens: 16, temperature: 0 }],
    ['deepseek', 'deepseek-reasoner', { max_tokens: 1024, temperature: 0 }],
    ['together', 'deepseek-ai/DeepSeek-R1', { max_tokens: 1024, temperature: 0 }],
    ['fireworks', 'accounts/fireworks/models/llama-v3p1-8b', { max_tokens: 16, temperature: 0 }],
  ])('to %s for %s uses the cheapest accepted settings', (provider, modelName, body) => {
    expect(bodyFor(provider, modelName)).toEqual(body);
  });

  it('prefers the token limit and options of the model over its own; null removes a member', () => {
    expect(bodyFor('openai', 'gpt-4o', { maxTokens: 50 })).toEqual({
      max_completion_tokens: 50,
      temperature: 0,
    });
    const requestOptions = { max_tokens: 5, temperature: null, seed: 1 };
    expect(bodyFor('openai', 'gpt-4o', { maxTokens: 50, requestOptions })).toEqual({
      max_tokens: 5,
      seed: 1,
    });
  });

  it('contains the system prompt if there is one', () => {
    const model = modelAt('http://a.test', { systemPrompt: 'Be brief.' });
    expect(dialectFor('openai', 'chat')!.ask(model).body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: model.query },
      ],
    });
  });

  it('is the default for unknown models, and exists in some form for every provider', () => {
    for (const probes of Object.values(capabilities)) expect(probes).toContain('chat');
    expect(dialectFor('toString', 'chat')).toBe(dialectFor('openai_compatible', 'chat'));
    expect(dialectFor('anthropic', 'embeddings')).toBeNull();
  });
});
