import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand, type ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from '@jest/globals';
import { Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import Groq from 'groq-sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { picture } from '../../src/checker/ask/picture.js';
import { sound } from '../../src/checker/ask/sound.js';
import { essence, ours, recorded } from './recording.js';

const png = picture().toString('base64');
const wav = sound().toString('base64');
const url = `data:image/png;base64,${png}`;
const colour = 'What colour is this picture? Answer with one word.';
const tone = 'Is there a tone in this clip? Answer with yes or no.';
const options = { apiKey: 'test-key', maxRetries: 0 };

type Entry = Parameters<typeof ours>[0];

/** Holds that a client's body is the prober's; clients that spell out defaults name them. */
async function same(
  entry: Entry,
  prefix: string,
  send: (url: string) => Promise<unknown>,
  spelledOut: object = {},
) {
  const [mine, wanted] = [essence(await ours(entry, prefix), []), essence(await recorded(send), [])];
  expect({ ...mine, body: { ...(mine.body as object), ...spelledOut } }).toEqual(wanted);
}

describe('image in the request matches the client', () => {
  const probe = 'vision';
  const text = { type: 'text' as const, text: colour };
  const image = { type: 'image_url' as const, image_url: { url } };
  const user = <Part>(part: Part) => [{ role: 'user' as const, content: [text, part] }];

  it('of OpenAI', async () => {
    const model = 'gpt-4.1-mini';
    const part = { ...image, image_url: { url, detail: 'low' as const } };
    await same({ provider: 'openai', model, probe }, '/v1', (at) =>
      new OpenAI({ ...options, baseURL: `${at}/v1` }).chat.completions.create({
        model,
        messages: user(part),
        max_completion_tokens: 16,
        temperature: 0,
      }),
    );
  });

  it('of Groq', async () => {
    const model = 'llama-4-scout';
    await same({ provider: 'groq', model, probe }, '/openai/v1', (baseURL) =>
      new Groq({ ...options, baseURL }).chat.completions.create({
        model,
        messages: user(image),
        max_completion_tokens: 16,
        temperature: 0,
      }),
    );
  });

  it('of Anthropic', async () => {
    const model = 'claude-haiku-4-5';
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: png };
    await same({ provider: 'anthropic', model, probe }, '/v1', (baseURL) =>
      new Anthropic({ ...options, baseURL }).messages.create({
        model,
        max_tokens: 16,
        messages: user({ type: 'image' as const, source }),
      }),
    );
  });

  it('of Cohere', async () => {
    const model = 'command-a-vision-07-2025';
    const messages = user({ type: 'image_url' as const, imageUrl: { url } });
    await same({ provider: 'cohere', model, probe }, '', (environment) =>
      new CohereClientV2({ token: 'test-key', environment }).chat(
        { model, messages, maxTokens: 16, temperature: 0 },
        { maxRetries: 0 },
      ),
    );
  });

  it('of Ollama', async () => {
    const model = 'llava';
    await same({ provider: 'ollama', model, probe }, '', (host) =>
      new Ollama({ host }).chat({
        model,
        messages: [{ role: 'user', content: colour, images: [png] }],
        think: false,
        stream: false,
        options: { num_predict: 16, temperature: 0 },
      }),
    );
  });
});

describe('image and audio in the request match the client', () => {
  const cases = [
    { probe: 'vision', text: colour, mimeType: 'image/png', data: png },
    { probe: 'audio', text: tone, mimeType: 'audio/wav', data: wav },
  ] as const;

  it.each(cases)('of Mistral: $probe', async ({ probe, text }) => {
    const model = 'open-model';
    const part =
      probe === 'vision'
        ? { type: 'image_url' as const, imageUrl: { url } }
        : { type: 'input_audio' as const, inputAudio: wav };
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text }, part] }];
    const send = (serverURL: string) =>
      new Mistral({ apiKey: 'test-key', serverURL }).chat.complete({
        model,
        messages,
        maxTokens: 16,
        temperature: 0,
      });
    await same({ provider: 'mistral', model, probe }, '/v1', send, { stream: false });
  });

  it.each(cases)('of Google: $probe', async ({ probe, text, mimeType, data }) => {
    const model = 'gemini-2.5-flash';
    const asked = {
      model,
      contents: [{ role: 'user', parts: [{ text }, { inlineData: { mimeType, data } }] }],
      config: { temperature: 0, maxOutputTokens: 16, thinkingConfig: { thinkingBudget: 0 } },
    };
    // In a process of its own: its dispatcher does not exist inside the test's realm.
    const script = (baseUrl: string) =>
      `import { GoogleGenAI } from '@google/genai';
       const client = new GoogleGenAI({ apiKey: 'test-key', vertexai: false, httpOptions: { baseUrl: '${baseUrl}' } });
       await client.models.generateContent(${JSON.stringify(asked)});`;
    const send = (baseUrl: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script(baseUrl)]);
    await same({ provider: 'gemini', model, probe }, '/v1beta', send);
  });

  it.each(cases)('of Amazon: $probe', async ({ probe, text }) => {
    const modelId = 'amazon.nova-lite-v1:0';
    const block: ContentBlock =
      probe === 'vision'
        ? { image: { format: 'png', source: { bytes: new Uint8Array(picture()) } } }
        : { audio: { format: 'wav', source: { bytes: new Uint8Array(sound()) } } };
    await same({ provider: 'bedrock', model: modelId, probe }, '', (endpoint) =>
      new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint,
        maxAttempts: 1,
        token: { token: 'test-key' },
        authSchemePreference: ['httpBearerAuth'],
        // Its own handler speaks HTTP/2 only.
        requestHandler: {
          async handle({ path, body }: { path: string; body: string }): Promise<never> {
            const headers = { 'content-type': 'application/json' };
            await fetch(endpoint + path, { method: 'POST', headers, body });
            throw new Error('recorded');
          },
        },
      }).send(
        new ConverseCommand({
          modelId,
          messages: [{ role: 'user', content: [{ text }, block] }],
          inferenceConfig: { maxTokens: 16 },
        }),
      ),
    );
  });

  it('of OpenAI: audio', async () => {
    const model = 'gpt-audio';
    const part = { type: 'input_audio' as const, input_audio: { data: wav, format: 'wav' as const } };
    await same({ provider: 'openai', model, probe: 'audio' }, '/v1', (at) =>
      new OpenAI({ ...options, baseURL: `${at}/v1` }).chat.completions.create({
        model,
        messages: [{ role: 'user', content: [{ type: 'text', text: tone }, part] }],
        max_completion_tokens: 16,
        temperature: 0,
      }),
    );
  });
});
