import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Ollama } from 'ollama';
import { OpenAI } from 'openai';
import { createListing } from '../../../src/checker/listing.js';
import { discover, type Discovered } from '../../../src/cli/foreign/discovered.js';
import { registryOf } from '../../../src/cli/foreign/discovered-registry.js';
import { systemClock } from '../../../src/domain/clock.js';
import { command, start } from '../../app/process.js';
import { useSite } from '../../app/registry.js';
import { inFull, slow } from '../../slow.js';
import { loaded } from './importing.js';

const site = useSite();

async function asked(
  address: string,
  key: string | null = null,
  timeoutMs = 20_000,
  provider: string | null = null,
) {
  const parts = { clock: systemClock, userAgent: 'test', timeoutMs, insecure: false, env: {} };
  const listing = createListing(parts);
  return discover(address, { key, provider }, listing).finally(listing.close);
}

async function found(...args: Parameters<typeof asked>): Promise<Discovered> {
  const result = await asked(...args);
  if (typeof result === 'string') throw new Error(result);
  return result;
}

/** Starts a server, and returns its address. */
async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${(await site().serve(answer)).port}`;
}

/** A server with these JSON answers by path; 404 for others. */
function answering(answers: Readonly<Record<string, unknown>>, key?: string): RequestListener {
  return (request, response) => {
    const path = request.url ?? '';
    const known = Object.hasOwn(answers, path);
    const refused = key !== undefined && request.headers.authorization !== `Bearer ${key}`;
    response.writeHead(refused ? 401 : known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(refused || !known ? { error: 'no' } : answers[path]));
  };
}

const usesOf = ({ list }: Discovered): Record<string, string> =>
  Object.fromEntries(
    list.models.map(({ name, use, guess, other }) => [name, `${use ?? other}${guess ? ', a guess' : ''}`]),
  );

describe('what an endpoint serves', () => {
  it.each([
    ['/v1', 'openai', 'openai_compatible', 'healthy', 'chat, a guess', null],
    ['', 'openai', 'openai_compatible', 'healthy', 'chat, a guess', null],
    ['/litellm', 'litellm', 'openai_compatible', 'healthy', 'chat', 'text-embedding/healthy'],
    ['/ollama', 'ollama', 'ollama', 'healthy', 'chat', 'text-embedding/healthy'],
    [
      '/openrouter/api/v1',
      'openrouter',
      'openai_compatible',
      'simulator/healthy',
      'chat',
      'simulator/text-embedding/healthy',
    ],
  ])('is known of the simulator at %s', async (path, api, provider, chat, use, embedding) => {
    const { simulator, folder } = site();
    const result = await found(`${simulator.url}${path}`);
    expect(result).toMatchObject({ api, provider });
    const uses = usesOf(result);
    expect(uses[chat]).toBe(use);
    if (embedding !== null) expect(uses[embedding]).toBe('embeddings');
    const only = result.list.models.filter(({ name }) => name === chat || name === embedding);
    const { made, notes } = registryOf(result, only, { address: `${simulator.url}${path}`, key: null });
    expect(notes).toEqual([]);
    const written = folder.write('found.yaml', made.text);
    const { settings } = await loaded(written, null);
    expect(settings.models.map(({ modelName }) => modelName)).toEqual(only.map(({ name }) => name));
    if (!slow && path !== '/ollama') return;
    // The addresses are those of the models.
    const { code, err } = await command(['check', '--config', written]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('is read by the official clients in the same way', async () => {
    const { simulator } = site();
    const ollama = new Ollama({ host: `${simulator.url}/ollama` });
    const { models } = await ollama.list();
    expect(models.map(({ name }) => name)).toEqual(
      Object.keys(usesOf(await found(`${simulator.url}/ollama`))),
    );
    expect(await ollama.show({ model: 'text-embedding/healthy' })).toMatchObject({
      capabilities: ['embedding'],
    });
    const listed = await new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'x' }).models.list();
    expect(listed.data.map(({ id }) => id)).toEqual(Object.keys(usesOf(await found(`${simulator.url}/v1`))));
  });

  it('is known of other servers by their lists', async () => {
    const kinds: readonly (readonly [string, Record<string, unknown>, Record<string, string>])[] = [
      [
        'vllm',
        {
          '/v1/models': {
            object: 'list',
            data: [{ id: 'BAAI/bge-m3', object: 'model', owned_by: 'vllm', max_model_len: 8192 }],
          },
        },
        { 'BAAI/bge-m3': 'embeddings, a guess' },
      ],
      [
        'llama.cpp',
        {
          '/v1/models': {
            models: [{ name: 'e.gguf', capabilities: ['embedding'] }],
            object: 'list',
            data: [{ id: 'e.gguf', object: 'model', owned_by: 'llamacpp' }],
          },
        },
        { 'e.gguf': 'embeddings' },
      ],
      [
        'tgi',
        {
          '/info': {
            model_id: 'meta-llama/Llama-3.1-8B-Instruct',
            max_input_tokens: 4095,
            router: 'text-generation-router',
          },
        },
        { 'meta-llama/Llama-3.1-8B-Instruct': 'chat' },
      ],
      [
        'tei',
        { '/info': { model_id: 'BAAI/bge-large', model_type: { embedding: { pooling: 'cls' } } } },
        { 'BAAI/bge-large': 'embeddings' },
      ],
      [
        'tei',
        { '/info': { model_id: 'BAAI/bge-reranker', model_type: { reranker: {} } } },
        { 'BAAI/bge-reranker': 'reranker' },
      ],
      [
        'litellm',
        {
          '/model/info': {
            data: [
              {
                model_name: 'tts',
                litellm_params: { model: 'openai/tts-1' },
                model_info: { mode: 'audio_speech' },
              },
              { model_name: '*', litellm_params: { model: '*' }, model_info: {} },
            ],
          },
        },
        { tts: 'audio_speech', '*': 'any name: a wildcard' },
      ],
      [
        'openai',
        {
          '/v1/models': {
            data: [
              { id: 'text-embedding-3-small' },
              { id: 'whisper-1' },
              { id: 'gpt-4o' },
              { id: 'gpt-3.5-turbo-instruct' },
            ],
          },
        },
        {
          'text-embedding-3-small': 'embeddings, a guess',
          'whisper-1': 'transcription, a guess',
          'gpt-4o': 'chat, a guess',
          'gpt-3.5-turbo-instruct': 'completion, a guess',
        },
      ],
    ];
    for (const [api, answers, uses] of kinds) {
      const url = await serve(answering(answers));
      const result = await found(url);
      expect({ api: result.api, uses: usesOf(result) }).toEqual({ api, uses });
    }
  });

  it('is asked with the key in the way of the provider', async () => {
    const headers: unknown[] = [];
    const url = await serve((request, response) => {
      headers.push([request.url, request.headers['x-api-key'], request.headers['anthropic-version']]);
      response.end(JSON.stringify({ data: [{ id: 'claude-haiku-4-5', type: 'model' }] }));
    });
    const { provider, list } = await found(`${url}/v1`, 'sk-key', 20_000, 'anthropic');
    expect({ provider, names: list.models.map(({ name }) => name) }).toEqual({
      provider: 'anthropic',
      names: ['claude-haiku-4-5'],
    });
    expect(headers).toEqual([['/v1/models?limit=1000', 'sk-key', '2023-06-01']]);
  });

  it('is said to be unknown, and why', async () => {
    const wanting = await serve(answering({ '/v1/models': { data: [] } }, 'sk-right'));
    expect(await asked(wanting)).toContain('wants a key (401): name its variable with --key-env');
    expect(await asked(wanting, 'sk-wrong')).toContain('refuses the key (401)');
    expect(await found(wanting, 'sk-right')).toMatchObject({ api: 'openai', list: { models: [] } });
    const page = await serve((_, response) => response.end('<html>Sign in</html>'));
    expect(await asked(page)).toContain('the answer is no list of models');
    const moved = await serve((_, response) => response.writeHead(302, { location: '/other' }).end());
    expect(await asked(moved)).toContain('leads elsewhere (302)');
    const endless = await serve((_, response) => {
      response.write('{"data":[');
      const push = (): void => {
        while (response.write(`{"id":"${'x'.repeat(1_000)}"},`));
      };
      response.on('drain', push);
      push();
    });
    expect(await asked(endless)).toContain('longer than 1 MiB');
    const silent = await serve(() => undefined);
    expect(await asked(silent, null, 300)).toMatch(/v1\/models: /);
    expect(await asked('http://127.0.0.1:1')).toMatch(/ECONNREFUSED|refused/);
    expect(await asked('https://example.openai.azure.com')).toContain('has no list of what can be asked');
  });
});

describe('modelpulse discover', () => {
  it('hides a key from lists of processes, and writes a variable for it', async () => {
    const key = 'sk-secret-0123456789';
    const seen: string[] = [];
    const started: { pid?: number } = {};
    const url = await serve((request, response) => {
      if (process.platform === 'linux') seen.push(readFileSync(`/proc/${started.pid}/cmdline`, 'utf8'));
      answering({ '/v1/models': { data: [{ id: 'm' }] } }, key)(request, response);
    });
    const running = start(['discover', url, '--key', key, '--yaml'], {}, 'text');
    Object.assign(started, { pid: running.child.pid });
    expect(await running.ended).toBe(0);
    const written = running.lines.map(({ msg }) => msg).join('\n');
    expect(written).toContain('api_key: ${HOST_127_0_0_1_API_KEY}');
    expect(`${written}${running.errors()}${seen.join('')}`).not.toContain(key);
  });

  it('prints JSON of what it found', async () => {
    const { simulator } = site();
    const environment = { MY_KEY: 'sk-mine-0123456789' };
    const args = ['discover', `${simulator.url}/ollama`, '--only', '*healthy', '--key-env', 'MY_KEY'];
    const shown = await command([...args, '--json'], environment);
    expect(JSON.parse(shown.out)).toEqual({
      api: 'ollama',
      provider: 'ollama',
      base_url: `${simulator.url}/ollama`,
      models: [
        { model: 'healthy', probe: 'chat', guess: false, other: null, remark: null },
        { model: 'text-embedding/healthy', probe: 'embeddings', guess: false, other: null, remark: null },
      ],
      left_out: 0,
      further_pages: false,
    });
  });

  it('says that a list has further pages, and takes no name with characters that are not shown', async () => {
    const data = [{ id: 'plain' }, { id: 'x\u202egnp.exe' }, { id: 'two\nlines' }];
    for (const more of [{ has_more: true }, { nextPageToken: 'abc' }]) {
      const url = await serve(answering({ '/v1/models': { ...more, data } }));
      const table = await command(['discover', url]);
      expect(table).toMatchObject({ code: 0, err: 'the list has further pages, which are not read\n' });
      expect(table.out).toContain('plain');
      expect(table.out).not.toMatch(/gnp|two/);
      expect((await command(['discover', url, '--yaml'])).err).toContain('the list has further pages');
    }
  });

  inFull('explains what is wrong with its options, and prints a table by default', async () => {
    const { simulator } = site();
    const args = ['discover', `${simulator.url}/ollama`];
    const table = await command(args);
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/MODEL +PROBE +KNOWN FROM[^]*text-embedding\/healthy +embeddings +the list/);
    expect(await command(['discover', 'nonsense'])).toMatchObject({ code: 2 });
    const unset = await command([...args, '--key-env', 'MY_KEY']);
    expect(unset).toMatchObject({ code: 2, err: '--key-env: the variable MY_KEY is not set\n' });
    expect(await command(['discover', 'http://127.0.0.1:1'])).toMatchObject({ code: 1 });
  });
});
