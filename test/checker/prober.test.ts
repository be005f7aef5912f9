import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { checkOnce, everythingIsHere, withServer } from './probing.js';
import { completion, listenHttp } from './server.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

function recording(
  seen: Seen[],
  answer: RequestListener = (_request, response) => response.end(completion('New Delhi')),
): RequestListener {
  return (request, response) => {
    void text(request).then((body) => {
      seen.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: JSON.parse(body),
      });
      answer(request, response);
    });
  };
}

const { signal } = new AbortController();
const prober = (options: object = {}) =>
  createProber({
    clock: systemClock,
    userAgent: 'modelpulse/test',
    reuseConnections: false,
    env: {},
    ...options,
  });

describe('prober', () => {
  it('sends the model of the seed request exactly its endpoint, path, header and model name', async () => {
    const seed = JSON.parse(
      readFileSync(new URL('../fixtures/replies/seed-request.json', import.meta.url), 'utf8'),
    ) as {
      endpoint_configuration: {
        model_name: string;
        model_config: { apikeys: string[]; endpoint: { base_path: string } };
      };
    };
    const { model_name: modelName, model_config: config } = seed.endpoint_configuration;
    const seen: Seen[] = [];
    await withServer(listenHttp(recording(seen)), async (port) => {
      const address = `http://api.together.xyz:${port}${config.endpoint.base_path}`;
      const model = modelAt(address, {
        provider: 'together',
        modelName,
        endpoint: { apiKeys: config.apikeys },
      });
      expect(await checkOnce(model, { lookup: everythingIsHere })).toMatchObject({
        reason: 'ok',
        keyIndex: 0,
      });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({
        method: 'POST',
        url: '/v1/chat/completions',
        headers: {
          host: `api.together.xyz:${port}`,
          authorization: 'Bearer xxxxx',
          'content-type': 'application/json',
          'user-agent': 'modelpulse/test',
        },
        body: {
          model: 'mistralai/Mixtral-8x7B-Instruct-v0.1',
          messages: [{ role: 'user', content: 'What is the capital of India?' }],
          max_tokens: 16,
          temperature: 0,
        },
      });
      expect(Object.keys(seen[0]!.body as object)).toEqual([
        'model',
        'messages',
        'max_tokens',
        'temperature',
      ]);
    });
  });

  it('returns all details of a good answer', async () => {
    const answer: RequestListener = (_request, response) => {
      response.setHeader('x-ratelimit-remaining-requests', '59');
      response.setHeader('x-ratelimit-remaining-tokens', '1000');
      response.end(completion('The capital is **New Delhi**.'));
    };
    const before = Date.now();
    const result = await withServer(listenHttp(answer), (port) =>
      checkOnce(modelAt(`http://localhost:${port}`)),
    );
    expect(result).toMatchObject({
      outcome: 'healthy',
      reason: 'ok',
      detail: null,
      httpStatus: 200,
      firstTokenMs: null,
      usage: { inputTokens: 14, outputTokens: 8 },
      response: 'The capital is **New Delhi**.',
      responseModel: 'mixtral',
      retryAfterMs: null,
      rateLimitRemaining: { requests: 59, tokens: 1000 },
      certificateExpiresAt: null,
      keyIndex: 0,
    });
    expect(Object.keys(result.phases)).toEqual(['dns', 'tcp', 'request', 'first_byte', 'download']);
    const sum = (Object.values(result.phases) as number[]).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeLessThanOrEqual(result.durationMs!);
    expect(result.startedAt).toBeGreaterThanOrEqual(before);
  });

  it('rotates several keys, for each model separately', async () => {
    const seen: Seen[] = [];
    await withServer(listenHttp(recording(seen)), async (port) => {
      const [model, other] = ['one', 'other'].map((id) =>
        modelAt(`http://127.0.0.1:${port}`, { id, endpoint: { apiKeys: ['key-a', 'key-b'] } }),
      ) as [Model, Model];
      const { check, close } = prober();
      const positions = [];
      for (const one of [model, model, other, model]) positions.push((await check(one, signal)).keyIndex);
      close();
      expect(positions).toEqual([0, 1, 0, 0]);
      expect(seen.map(({ headers }) => headers.authorization)).toEqual(
        ['key-a', 'key-b', 'key-a', 'key-a'].map((key) => `Bearer ${key}`),
      );
    });
  });

  it('sends no credential without keys, and lets custom headers override its own', async () => {
    const seen: Seen[] = [];
    await withServer(listenHttp(recording(seen)), async (port) => {
      const endpoint = { apiKeys: [], headers: { 'X-Team': 'search', Accept: '*/*' } };
      expect((await checkOnce(modelAt(`http://127.0.0.1:${port}`, { endpoint }))).keyIndex).toBeNull();
    });
    expect(seen[0]!.headers).toMatchObject({ 'x-team': 'search', accept: '*/*' });
    expect(seen[0]!.headers.authorization).toBeUndefined();
  });

  it.each([
    [false, 2],
    [true, 1],
  ])(
    'with reuseConnections %s opens %d connections for two checks',
    async (reuseConnections, connections) => {
      const ports = new Set<number | undefined>();
      const answer: RequestListener = (request, response) => {
        ports.add(request.socket.remotePort);
        response.end(completion('New Delhi'));
      };
      await withServer(listenHttp(answer), async (port) => {
        const { check, close } = prober({ reuseConnections });
        const model = modelAt(`http://localhost:${port}`);
        await check(model, signal);
        const second = await check(model, signal);
        close();
        expect(ports.size).toBe(connections);
        expect(second.reason).toBe('ok');
        expect('tcp' in second.phases).toBe(!reuseConnections);
      });
    },
  );

  it('sends one request, whatever the reply', async () => {
    const seen: Seen[] = [];
    const failing = recording(seen, (_request, response) => {
      response.writeHead(503, { 'retry-after': '7' });
      response.end('{"error":{"message":"overloaded"}}');
    });
    const result = await withServer(listenHttp(failing), (port) =>
      checkOnce(modelAt(`http://127.0.0.1:${port}`)),
    );
    expect(result).toMatchObject({ reason: 'overloaded', retryAfterMs: 7_000, httpStatus: 503 });
    expect(seen).toHaveLength(1);
  });

  it('reports a late answer as slow, and applies the outcomes of the model', async () => {
    await withServer(
      listenHttp((_request, response) => response.end(completion('New Delhi'))),
      async (port) => {
        const model = modelAt(`http://127.0.0.1:${port}`, { slow: { durationMs: 0, firstTokenMs: null } });
        expect(await checkOnce(model)).toMatchObject({
          reason: 'slow',
          outcome: 'degraded',
          response: 'New Delhi',
        });
        expect(await checkOnce({ ...model, outcomes: { slow: 'unhealthy' } })).toMatchObject({
          outcome: 'unhealthy',
        });
      },
    );
  });

  it('sends nothing without the secret or the dialect', async () => {
    const model = modelAt('http://127.0.0.1:1');
    expect(await checkOnce({ ...model, missingSecret: 'OPENAI_API_KEY is not set' })).toMatchObject({
      reason: 'secret_missing',
      outcome: 'unknown',
      detail: 'OPENAI_API_KEY is not set',
      durationMs: null,
    });
    expect(await checkOnce({ ...model, provider: 'anthropic', probe: 'embeddings' })).toMatchObject({
      reason: 'probe_unsupported',
    });
    expect((await checkOnce({ ...model, provider: 'somebody-new' })).reason).toBe('connect_error');
  });

  it('reports its own errors as internal_error', async () => {
    const badHeader = modelAt('http://127.0.0.1:1', { endpoint: { apiKeys: ['two\nlines'] } });
    expect(await checkOnce(badHeader)).toMatchObject({ reason: 'internal_error', outcome: 'unknown' });
    expect(await checkOnce(modelAt('no address'))).toMatchObject({ reason: 'internal_error' });
    const badRegex = modelAt('http://127.0.0.1:1', { expect: { regex: '(' } });
    await withServer(
      listenHttp((_request, response) => response.end(completion('New Delhi'))),
      async (port) => {
        const result = await checkOnce({
          ...badRegex,
          endpoint: { ...badRegex.endpoint, baseUrl: `http://127.0.0.1:${port}` },
        });
        expect(result.reason).toBe('internal_error');
      },
    );
  });

  it('keeps secrets out of its results', async () => {
    const echo: RequestListener = (request, response) => {
      response.writeHead(401);
      response.end(
        JSON.stringify({
          error: { message: `Bad key: ${request.headers.authorization ?? ''} for ${request.url ?? ''}` },
        }),
      );
    };
    await withServer(listenHttp(echo), async (port) => {
      const result = await checkOnce(
        modelAt(`http://127.0.0.1:${port}`, { endpoint: { apiKeys: ['plainwords42'] } }),
      );
      expect(result.reason).toBe('auth_failed');
      expect(result.detail).toBe('Bad key: Bearer [redacted] for /chat/completions');
    });
  });
});
