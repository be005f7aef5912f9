import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createRemoteChecker } from '../../src/checker/remote-checker.js';
import fc from 'fast-check';
import { systemClock } from '../../src/domain/clock.js';
import type { CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';
import { withServer } from './probing.js';
import { listenHttp, listenTcp } from './server.js';
import { amount } from '../slow.js';

const endpointConfiguration = { model_name: 'mixtral', model_config: { apikeys: ['xxxxx'] } };
const apiKey = 'health-api-key-0001';
const { signal } = new AbortController();

async function ask(url: string, timeoutMs = 5_000): Promise<CheckResult> {
  const { check, close } = createRemoteChecker({
    clock: systemClock,
    userAgent: 'test',
    url,
    apiKey,
    timeoutMs,
    env: {},
  });
  try {
    return await check(modelAt('http://127.0.0.1:1', { endpointConfiguration }), signal);
  } finally {
    close();
  }
}

function answered(body: unknown, status = 200): Promise<CheckResult> {
  const answer: RequestListener = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  return withServer(listenHttp(answer), (port) => ask(`http://127.0.0.1:${port}`));
}

describe('remote checker', () => {
  it.each(['', '/', '/redteam/v3/model-health', '/redteam/v3/model-health/'])(
    'posts the configuration with its key to an address that ends in "%s"',
    async (path) => {
      const seen: unknown[] = [];
      const answer: RequestListener = (request, response) => {
        void text(request).then((body) => {
          seen.push([request.method, request.url, request.headers.apikey, JSON.parse(body)]);
          response.end('{"status":"healthy","message":"fine"}');
        });
      };
      const result = await withServer(listenHttp(answer), (port) => ask(`http://127.0.0.1:${port}${path}`));
      expect(result).toMatchObject({ reason: 'ok', outcome: 'healthy' });
      expect(seen).toEqual([
        ['POST', '/redteam/v3/model-health', apiKey, { endpoint_configuration: endpointConfiguration }],
      ]);
    },
  );

  it('tells no secret in its address', async () => {
    const answer: RequestListener = (request, response) =>
      response.writeHead(404).end(JSON.stringify({ message: `Cannot POST ${request.url ?? ''} here` }));
    const { detail } = await withServer(listenHttp(answer), (port) =>
      ask(`http://127.0.0.1:${port}/t/pAth-t0ken-Zz81aa77`),
    );
    expect(detail).toBe('health API: HTTP 404: Cannot POST /t/[redacted]/redteam/v3/model-health here');
  });

  it('uses the status regardless of the error text', async () => {
    const original = {
      status: 'healthy',
      message: 'Model health check completed successfully',
      data: { query: 'What is the capital of India?', response: 'The capital of India is New Delhi.' },
      error: 'Error while checking model health',
    };
    expect(await answered(original)).toMatchObject({
      reason: 'ok',
      detail: null,
      response: 'The capital of India is New Delhi.',
    });
    expect(await answered({ ...original, data: 'odd', error: { odd: true } }, 206)).toMatchObject({
      reason: 'ok',
    });
  });

  it('uses reason, usage and first token from the details if they agree with the status', async () => {
    const details = {
      reason: 'quota_exhausted',
      first_token_seconds: 0.25,
      usage: { input_tokens: 3, output_tokens: 4 },
      response_model: 'm-2',
    };
    expect(await answered({ status: 'unhealthy', message: 'no', error: 'no credit', details })).toMatchObject(
      {
        reason: 'quota_exhausted',
        outcome: 'unhealthy',
        detail: 'no credit',
        firstTokenMs: 250,
        usage: { inputTokens: 3, outputTokens: 4 },
        responseModel: 'm-2',
      },
    );
    expect((await answered({ status: 'healthy', details: { reason: 'slow' } })).outcome).toBe('degraded');
    expect((await answered({ status: 'healthy', details })).reason).toBe('ok');
    expect((await answered({ status: 'unhealthy', details: { reason: 'ok' } })).reason).toBe(
      'reported_unhealthy',
    );
    expect((await answered({ status: 'unhealthy', details: { reason: 'toString' } })).reason).toBe(
      'reported_unhealthy',
    );
    expect((await answered({ status: 'unhealthy', message: 'bad' })).detail).toBe('bad');
  });

  it('ignores numbers that a check cannot have', async () => {
    const odd = fc.oneof(
      fc.double(),
      fc.integer({ max: -1 }),
      fc.constantFrom(12.5, 1e9 + 1, 1e16, 1e306, -5, 2 ** 53, '7', null, {}),
    );
    await fc.assert(
      fc.asyncProperty(odd, odd, odd, async (input, output, first) => {
        const details = {
          usage: { input_tokens: input, output_tokens: output },
          first_token_seconds: first,
          duration_seconds: first,
        };
        const { usage, firstTokenMs, outcome } = await answered({ status: 'healthy', details });
        expect(outcome).toBe('healthy');
        for (const count of usage === null ? [] : [usage.inputTokens, usage.outputTokens]) {
          expect(Number.isSafeInteger(count) && count >= 0 && count <= 1e9).toBe(true);
        }
        if (firstTokenMs !== null) expect(firstTokenMs >= 0 && firstTokenMs <= 86_400_000).toBe(true);
      }),
      { numRuns: amount(60, 15) },
    );
  });

  it.each([
    [
      'its own 401',
      { message: `Unauthorized: ${apiKey}` },
      401,
      'health API: HTTP 401: Unauthorized: [redacted]',
    ],
    ['a 500', 'oops', 500, 'health API: HTTP 500'],
    ['a 5xx that says unhealthy', { status: 'unhealthy' }, 503, 'health API: HTTP 503'],
    ['a redirect', '', 302, 'health API: HTTP 302'],
    ['HTML', '<html></html>', 200, expect.stringContaining('without a status')],
    ['another word', { status: 'fine' }, 200, expect.stringContaining('without a status')],
    ['null', 'null', 200, expect.stringContaining('without a status')],
  ])('reports unknown after %s', async (_name, body, status, detail) => {
    expect(await answered(body, status)).toMatchObject({
      reason: 'health_api_error',
      outcome: 'unknown',
      detail,
      httpStatus: status,
    });
  });

  it('waits as long as a busy health API asks', async () => {
    const busy: RequestListener = (_request, response) => {
      response.writeHead(429, { 'retry-after': '7' }).end('{"message":"too many requests"}');
    };
    expect(await withServer(listenHttp(busy), (port) => ask(`http://127.0.0.1:${port}`))).toMatchObject({
      reason: 'health_api_error',
      detail: 'health API: HTTP 429: too many requests',
      retryAfterMs: 7_000,
    });
  });

  it('retries while the health API is busy, until the timeout', async () => {
    for (const [places, reason] of [
      [2, 'ok'],
      [Infinity, 'health_api_error'],
    ] as const) {
      let asked = 0;
      const answer: RequestListener = (_request, response) => {
        asked += 1;
        response.statusCode = asked <= places ? 503 : 200;
        response.end(
          asked <= places ? '{"code":"busy","message":"try again"}' : '{"status":"healthy","message":"fine"}',
        );
      };
      const result = await withServer(listenHttp(answer), (port) => ask(`http://127.0.0.1:${port}`, 3_500));
      expect(result.reason).toBe(reason);
      expect(asked).toBeGreaterThan(2);
    }
  });

  it('stops reading an endless reply', async () => {
    const endless: RequestListener = (_request, response) => {
      response.write('{"status":"healthy","message":"');
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    expect(await withServer(listenHttp(endless), (port) => ask(`http://127.0.0.1:${port}`))).toMatchObject({
      reason: 'health_api_error',
      detail: expect.stringContaining('without a status'),
    });
  });

  it('reports unknown when the health API hangs or is unreachable', async () => {
    const hung = await withServer(
      listenTcp(() => undefined),
      (port) => ask(`http://127.0.0.1:${port}`, 200),
    );
    expect(hung).toMatchObject({
      reason: 'health_api_error',
      detail: 'health API: no response headers within 200 ms',
    });
    expect((await ask('http://127.0.0.1:1')).reason).toBe('health_api_error');
  });
});
