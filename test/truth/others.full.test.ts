import Anthropic from '@anthropic-ai/sdk';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { InferenceClient } from '@huggingface/inference';
import { describe, expect, it } from '@jest/globals';
import { Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import { essence, ours, recorded } from './recording.js';

const text = 'What is the capital of India?';
const question = [{ role: 'user' as const, content: text }];
const bearer = ['authorization'];

describe("Anthropic's client sends what the prober sends", () => {
  it.each([false, true])('with streaming %s', async (stream) => {
    const probe = stream ? 'chat_stream' : 'chat';
    const mine = await ours({ provider: 'anthropic', model: 'claude-3-5-haiku-latest', probe }, '/v1');
    const wanted = await recorded((baseURL) =>
      new Anthropic({ apiKey: 'test-key', authToken: null, baseURL, maxRetries: 0 }).messages.create({
        model: 'claude-3-5-haiku-latest',
        max_tokens: 16,
        messages: question,
        ...(stream && { stream }),
      }),
    );
    expect(essence(mine, [])).toEqual(essence(wanted, []));
    // Known differences, held on both sides so that neither moves unseen: the client has since changed both.
    expect(mine.headers).toMatchObject({ 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' });
    expect(wanted.headers).toMatchObject({
      authorization: 'Bearer test-key',
      'anthropic-version': '2026-10-21',
    });
  });
});

describe("Google's client sends what the prober sends", () => {
  const headers = ['x-goog-api-key'];
  const asked = {
    model: 'gemini-2.5-flash',
    contents: [{ role: 'user', parts: [{ text }] }],
    config: { temperature: 0, maxOutputTokens: 16, thinkingConfig: { thinkingBudget: 0 } },
  };
  /** In a process of its own: its dispatcher does not exist inside the test's realm. */
  const send = (method: string) => (baseUrl: string) =>
    promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { GoogleGenAI } from '@google/genai';
       const client = new GoogleGenAI({ apiKey: 'test-key', vertexai: false, httpOptions: { baseUrl: '${baseUrl}' } });
       await client.models.${method}(${JSON.stringify(asked)});`,
    ]);
  const model = { provider: 'gemini', model: 'gemini-2.5-flash' };

  it('for a whole answer', async () => {
    const wanted = await recorded(send('generateContent'));
    expect(essence(await ours(model, '/v1beta'), headers)).toEqual(essence(wanted, headers));
  });

  it('for a stream', async () => {
    const wanted = await recorded(send('generateContentStream'));
    const mine = await ours({ ...model, probe: 'chat_stream' }, '/v1beta');
    expect(essence(mine, headers)).toEqual(essence(wanted, headers));
  });
});

describe("Cohere's client sends what the prober sends", () => {
  const client = (environment: string) => new CohereClientV2({ token: 'test-key', environment });
  const model = { provider: 'cohere', model: 'command-r7b-12-2024' };
  const asked = { model: 'command-r7b-12-2024', messages: question, maxTokens: 16, temperature: 0 };

  it('for a whole answer', async () => {
    const wanted = await recorded((url) => client(url).chat(asked, { maxRetries: 0 }));
    expect(essence(await ours(model), bearer)).toEqual(essence(wanted, bearer));
  });

  it('for a stream', async () => {
    const wanted = await recorded((url) => client(url).chatStream(asked, { maxRetries: 0 }));
    expect(essence(await ours({ ...model, probe: 'chat_stream' }), bearer)).toEqual(essence(wanted, bearer));
  });

  it('for an embedding', async () => {
    const wanted = await recorded((url) =>
      client(url).embed(
        { model: 'embed-v4.0', texts: [text], inputType: 'search_query', embeddingTypes: ['float'] },
        { maxRetries: 0 },
      ),
    );
    const mine = await ours({ provider: 'cohere', model: 'embed-v4.0', probe: 'embeddings' });
    expect(essence(mine, bearer)).toEqual(essence(wanted, bearer));
  });
});

describe("Mistral's client sends what the prober sends", () => {
  it.each([false, true])('with streaming %s', async (stream) => {
    const asked = {
      model: 'mistral-small-latest',
      messages: question,
      maxTokens: 16,
      temperature: 0,
      reasoningEffort: 'none' as const,
    };
    const wanted = await recorded((serverURL) => {
      const { chat } = new Mistral({ apiKey: 'test-key', serverURL });
      return stream ? chat.stream(asked) : chat.complete(asked);
    });
    const probe = stream ? 'chat_stream' : 'chat';
    const mine = await ours({ provider: 'mistral', model: 'mistral-small-latest', probe }, '/v1');
    // The client says what the API takes by default.
    const { body, ...rest } = essence(wanted, bearer);
    const { stream: streams, ...others } = body as Record<string, unknown>;
    expect(streams).toBe(stream);
    expect(essence(mine, bearer)).toEqual({ ...rest, body: stream ? body : others });
  });
});

describe("Ollama's client sends what the prober sends", () => {
  it.each([false, true])('with streaming %s', async (stream) => {
    const asked = {
      model: 'llama3.2',
      messages: question,
      think: false,
      options: { num_predict: 16, temperature: 0 },
    };
    const wanted = await recorded((host) => {
      const client = new Ollama({ host });
      return stream ? client.chat({ ...asked, stream: true }) : client.chat({ ...asked, stream: false });
    });
    const probe = stream ? 'chat_stream' : 'chat';
    const mine = await ours({ provider: 'ollama', model: 'llama3.2', probe, api_key: undefined });
    expect(essence(mine, [])).toEqual(essence(wanted, []));
  });
});

describe("Hugging Face's client sends what the prober sends", () => {
  it('for a whole answer', async () => {
    const model = 'meta-llama/Llama-3.1-8B-Instruct';
    const wanted = await recorded((url) =>
      new InferenceClient('test-key', { endpointUrl: `${url}/v1`, retry_on_error: false }).chatCompletion({
        model,
        messages: question,
        max_tokens: 16,
        temperature: 0,
      }),
    );
    const mine = await ours({ provider: 'huggingface', model }, '/v1');
    expect(essence(mine, bearer)).toEqual(essence(wanted, bearer));
  });
});
