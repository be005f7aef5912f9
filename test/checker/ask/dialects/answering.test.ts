import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../../../src/checker/ask/dialects.js';
import type { Probe } from '../../../../src/domain/model.js';

const read = (provider: string, payload: unknown, probe: Probe = 'chat') =>
  dialectFor(provider, probe)!.read(payload);

describe('dialect reply', () => {
  it('of Anthropic yields its text, separate reasoning and counted cached tokens', () => {
    const answer = read('anthropic', {
      type: 'message',
      model: 'claude-x',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'New ' },
        { type: 'text', text: 'Delhi' },
      ],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, cache_read_input_tokens: 7, output_tokens: 3 },
    });
    expect(answer).toEqual({
      text: 'New Delhi',
      reasoning: 'Hm.',
      finish: 'stop',
      refusal: null,
      usage: { inputTokens: 12, outputTokens: 3 },
      model: 'claude-x',
    });
  });

  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'filtered'],
    ['pause_turn', 'other'],
  ])('of Anthropic with stop reason %s has finish reason %s', (stop_reason, finish) => {
    expect(read('anthropic', { content: [], stop_reason })).toMatchObject({ text: '', finish });
  });

  it('of Gemini counts thoughts as output and returns them as reasoning', () => {
    const parts = [{ text: 'Hm.', thought: true }, { text: 'New Delhi' }];
    expect(
      read('gemini', {
        candidates: [{ content: { parts }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 2, thoughtsTokenCount: 40 },
        modelVersion: 'gemini-x-001',
      }),
    ).toMatchObject({
      text: 'New Delhi',
      reasoning: 'Hm.',
      finish: 'stop',
      usage: { inputTokens: 8, outputTokens: 42 },
      model: 'gemini-x-001',
    });
  });

  it('of Gemini may have no parts, or no candidates if the prompt was blocked', () => {
    expect(read('gemini', { candidates: [{ finishReason: 'MAX_TOKENS' }] })).toMatchObject({
      text: '',
      finish: 'length',
    });
    expect(read('gemini', { promptFeedback: { blockReason: 'SAFETY' } })).toMatchObject({
      finish: 'filtered',
    });
    expect(read('gemini', { usageMetadata: {} })).toBeNull();
  });

  it('of Cohere and Ollama yields the finish reason', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'New Delhi' },
    ];
    expect(read('cohere', { message: { content }, finish_reason: 'MAX_TOKENS' })).toMatchObject({
      text: 'New Delhi',
      reasoning: 'Hm.',
      finish: 'length',
    });
    const message = { role: 'assistant', content: '', thinking: 'Hm.' };
    expect(
      read('ollama', { message, done: true, done_reason: 'length', prompt_eval_count: 9, eval_count: 16 }),
    ).toMatchObject({
      reasoning: 'Hm.',
      finish: 'length',
      usage: { inputTokens: 9, outputTokens: 16 },
    });
  });

  it.each([
    [{ status: 'completed' }, 'stop'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'filtered'],
    [{ status: 'failed' }, 'error'],
    [{ status: 'in_progress' }, 'other'],
  ])('of the Responses API with %j has finish reason %s', (status, finish) => {
    const content = [{ type: 'output_text', text: 'New Delhi' }];
    const output = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'message', content },
    ];
    expect(read('openai', { object: 'response', output, ...status }, 'responses')).toMatchObject({
      text: 'New Delhi',
      reasoning: 'Hm.',
      finish,
    });
  });

  it('of the Responses API with a refusal is a refusal', () => {
    const output = [{ type: 'message', content: [{ type: 'refusal', refusal: 'I cannot.' }] }];
    expect(read('openai', { status: 'completed', output }, 'responses')).toMatchObject({
      refusal: 'I cannot.',
    });
  });

  it('of the legacy completions API is read from the choice', () => {
    const choices = [{ text: 'New Delhi', finish_reason: 'length' }];
    expect(read('openai', { choices }, 'completion')).toMatchObject({ text: 'New Delhi', finish: 'length' });
  });
});

describe('embedding vector', () => {
  const base64 = Buffer.from(new Float32Array([1, 2, 3]).buffer).toString('base64');

  it.each([
    ['openai', { data: [{ embedding: [1, 2, 3] }] }, 3],
    ['openai', { data: [{ embedding: base64 }] }, 3],
    ['openai', { data: [] }, 0],
    ['openai', { data: [{ embedding: [1, null] }] }, 0],
    [
      'openai',
      {
        data: [
          {
            embedding: [
              [1, 2, 3],
              [4, 5, 6],
            ],
          },
        ],
      },
      3,
    ],
    [
      'openai',
      {
        data: [
          {
            embedding: [
              [0, 0],
              [0, 0],
            ],
          },
        ],
      },
      0,
    ],
    ['openai', [{ index: 0, embedding: [[1, 2]] }], 2],
    ['gemini', { embedding: { values: [1, 2] } }, 2],
    ['cohere', { embeddings: { float: [[1, 2]] } }, 2],
    ['ollama', { embeddings: [[1, 2, 3, 4]] }, 4],
  ])('of %s in %j has length %d', (provider, payload, length) => {
    expect(read(provider, payload, 'embeddings')?.vector).toBe(length);
  });
});

describe('model list', () => {
  it.each([
    ['openai', { data: [{ id: 'gpt-4o' }] }, 'gpt-4o'],
    ['together', [{ id: 'meta/llama' }], 'meta/llama'],
    ['gemini', { models: [{ name: 'models/gemini-x' }] }, 'gemini-x'],
    ['gemini', { models: [{ name: 'models/gemini-x' }] }, 'models/gemini-x'],
    ['ollama', { models: [{ name: 'llama3.2:latest' }] }, 'llama3.2'],
    ['anthropic', { data: [{ id: 'claude-haiku-4-5-20251001' }] }, 'claude-haiku-4-5'],
    ['anthropic', { data: [{ id: 'claude-3-5-haiku-20241022' }] }, 'claude-3-5-haiku-latest'],
    [
      'mistral',
      { data: [{ id: 'mistral-small-2603', aliases: ['mistral-small-latest'] }] },
      'mistral-small-latest',
    ],
    ['huggingface', { data: [{ id: 'org/m', providers: [{ provider: 'groq' }] }] }, 'org/m:groq'],
    ['cohere', { models: [{ name: 'command-r' }] }, 'command-r'],
  ])('of %s in %j contains %s', (provider, payload, name) => {
    expect(read(provider, payload, 'models')?.models?.has(name)).toBe(true);
  });

  it('is null for any other body', () => {
    for (const payload of [{}, { data: {} }, 'models', null])
      expect(read('openai', payload, 'models')).toBeNull();
  });
});
