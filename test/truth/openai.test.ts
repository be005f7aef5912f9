import { describe, expect, it } from '@jest/globals';
import Groq from 'groq-sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import Together from 'together-ai';
import { essence, ours, recorded } from './recording.js';

const question = [{ role: 'user' as const, content: 'What is the capital of India?' }];
const bearer = ['authorization'];
/** What the providers' clients would send too, if they were asked to: the least tokens, and the same answer each time. */
const thrifty = { temperature: 0, max_completion_tokens: 16 };
const options = { apiKey: 'test-key', maxRetries: 0 };

describe("OpenAI's client sends what the prober sends", () => {
  const theirs = (send: (client: OpenAI) => Promise<unknown>) =>
    recorded((url) =>
      send(new OpenAI({ ...options, baseURL: `${url}/v1`, organization: null, project: null })),
    );

  it.each([
    [
      'chat',
      (client: OpenAI) =>
        client.chat.completions.create({ model: 'gpt-4o-mini', messages: question, ...thrifty }),
    ],
    [
      'chat_stream',
      (client: OpenAI) =>
        client.chat.completions.create({
          model: 'gpt-4o-mini',
          messages: question,
          ...thrifty,
          stream: true,
          stream_options: { include_usage: true },
        }),
    ],
    [
      'responses',
      (client: OpenAI) =>
        client.responses.create({
          model: 'gpt-4o-mini',
          input: 'What is the capital of India?',
          max_output_tokens: 16,
          store: false,
          temperature: 0,
        }),
    ],
    [
      'completion',
      (client: OpenAI) =>
        client.completions.create({
          model: 'gpt-4o-mini',
          prompt: 'What is the capital of India?',
          max_tokens: 16,
          temperature: 0,
        }),
    ],
    [
      'embeddings',
      (client: OpenAI) =>
        client.embeddings.create({
          model: 'gpt-4o-mini',
          input: 'What is the capital of India?',
          encoding_format: 'float',
        }),
    ],
    ['models', (client: OpenAI) => client.models.list()],
  ])('for the probe %s', async (probe, send) => {
    const mine = essence(await ours({ provider: 'openai', model: 'gpt-4o-mini', probe }, '/v1'), bearer);
    const wanted = essence(await theirs(send), bearer);
    // The client asks for base64 unless told otherwise; the API's own default is what the prober leaves it at.
    if (probe === 'embeddings') Object.assign(wanted.body as object, { encoding_format: undefined });
    expect(mine).toEqual(wanted);
  });

  it('to a reasoning model, with the least effort and no temperature', async () => {
    const mine = await ours({ provider: 'openai', model: 'gpt-5-mini' }, '/v1');
    const wanted = await theirs((client) =>
      client.chat.completions.create({
        model: 'gpt-5-mini',
        messages: question,
        max_completion_tokens: 1024,
        reasoning_effort: 'minimal',
      }),
    );
    expect(essence(mine, bearer)).toEqual(essence(wanted, bearer));
  });
});

describe('the clients of OpenAI-compatible providers send what the prober sends', () => {
  it('to a deployment of Azure', async () => {
    const mine = await ours({ provider: 'azure_openai', model: 'my-deployment', api_version: '2024-10-21' });
    const wanted = await recorded((endpoint) =>
      new AzureOpenAI({ ...options, endpoint, apiVersion: '2024-10-21' }).chat.completions.create({
        model: 'my-deployment',
        messages: question,
        ...thrifty,
      }),
    );
    expect(essence(mine, ['api-key'])).toEqual(essence(wanted, ['api-key']));
  });

  it('to the newer API of Azure, which is that of OpenAI', async () => {
    const mine = await ours({ provider: 'azure_openai', model: 'my-deployment' }, '/openai/v1');
    expect(mine).toMatchObject({
      path: '/openai/v1/chat/completions',
      headers: { 'api-key': 'test-key' },
      body: { model: 'my-deployment' },
    });
  });

  it('to Groq', async () => {
    const mine = await ours({ provider: 'groq', model: 'llama-3.1-8b-instant' }, '/openai/v1');
    const wanted = await recorded((baseURL) =>
      new Groq({ ...options, baseURL }).chat.completions.create({
        model: 'llama-3.1-8b-instant',
        messages: question,
        ...thrifty,
      }),
    );
    expect(essence(mine, bearer)).toEqual(essence(wanted, bearer));
  });

  it('to Together', async () => {
    const model = 'mistralai/Mixtral-8x7B-Instruct-v0.1';
    const mine = await ours({ provider: 'together', model }, '/v1');
    const wanted = await recorded((url) =>
      new Together({ ...options, baseURL: `${url}/v1` }).chat.completions.create({
        model,
        messages: question,
        temperature: 0,
        max_tokens: 16,
      }),
    );
    expect(essence(mine, bearer)).toEqual(essence(wanted, bearer));
  });
});
