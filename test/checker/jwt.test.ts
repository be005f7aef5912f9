import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import type { Jwt, Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';
import { withServer } from './probing.js';
import { completion, listenHttp } from './server.js';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse, asked: Asked) => void;

const text =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status).end(body);
const json = (body: unknown): Answer => text(200, JSON.stringify(body));

/** A token without a signature that ends at Unix seconds `exp`. */
const token = (exp?: number): string =>
  [{ alg: 'none' }, { sub: 'modelpulse', exp }, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

interface Place {
  /** What the token endpoint was asked. */
  readonly asked: Asked[];
  /** The credentials the model was asked with. */
  readonly carried: (string | undefined)[];
  readonly clock: { now: number };
  check(changes?: Partial<Model>, signal?: AbortSignal): Promise<CheckResult>;
}

/** A prober at a time the test sets, and a server that gives out tokens and answers as a model with `refusal`. */
async function withTokens(
  answer: Answer,
  run: (place: Place) => Promise<void>,
  configured: Partial<Jwt> = {},
  refusal: (credential: string) => { readonly status: number; readonly text: string } | 'never' | null = () =>
    null,
): Promise<void> {
  const asked: Asked[] = [];
  const carried: (string | undefined)[] = [];
  const server = listenHttp((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      if (url?.startsWith('/token') === true) {
        asked.push({ method, url, headers, body });
        answer(response, asked.at(-1)!);
        return;
      }
      carried.push(headers.authorization);
      const refused = refusal(headers.authorization ?? '');
      if (refused === 'never') return;
      response.writeHead(refused?.status ?? 200).end(refused?.text ?? completion('New Delhi'));
    });
  });
  await withServer(server, async (port) => {
    const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
    const prober = createProber({
      clock: { wall: () => clock.now, monotonic: () => performance.now() },
      userAgent: 'modelpulse/test',
      reuseConnections: false,
      env: {},
    });
    const jwt: Jwt = {
      method: 'POST',
      url: `http://127.0.0.1:${port}/token?tenant=a`,
      headers: {},
      body: '{"user":"u","password":"p"}',
      responseKey: null,
      ...configured,
    };
    const model = modelAt(`http://127.0.0.1:${port}`, { timeoutMs: 2_000, endpoint: { apiKeys: [], jwt } });
    const check: Place['check'] = (changes = {}, signal = new AbortController().signal) =>
      prober.check({ ...model, ...changes }, signal);
    await run({ asked, carried, clock, check });
    prober.close();
  });
}

describe('a token', () => {
  it('is asked for as configured, and sent as the key', () =>
    withTokens(
      json({ data: [{ jwt: 'abc.def.ghi' }] }),
      async ({ check, asked, carried }) => {
        expect(await check()).toMatchObject({ reason: 'ok', keyIndex: null });
        expect(carried).toEqual(['Bearer abc.def.ghi']);
        const headers = {
          'content-type': 'application/json',
          'x-tenant': 'a',
          'user-agent': 'modelpulse/test',
        };
        const body = '{"user":"u","password":"p"}';
        expect(asked).toMatchObject([{ method: 'POST', url: '/token?tenant=a', body, headers }]);
      },
      { responseKey: 'data.0.jwt', headers: { 'X-Tenant': 'a' } },
    ));

  it('is asked for by GET without a body', () =>
    withTokens(
      text(200, 'abc'),
      async ({ check, asked, carried }) => {
        await check();
        expect(carried).toEqual(['Bearer abc']);
        expect(asked[0]).toMatchObject({ method: 'GET', body: '' });
        expect(asked[0]!.headers['content-type']).toBeUndefined();
      },
      { method: 'GET', body: null },
    ));

  it('is asked for by POST without a body, as is usual where nothing is configured', () =>
    withTokens(
      json({ access_token: 'abc' }),
      async ({ check, asked, carried }) => {
        expect(await check()).toMatchObject({ reason: 'ok' });
        expect(carried).toEqual(['Bearer abc']);
        expect(asked).toMatchObject([{ method: 'POST', body: '', headers: { 'content-length': '0' } }]);
        expect(asked[0]!.headers['content-type']).toBeUndefined();
      },
      { body: null },
    ));

  it('is asked for by a form as one', () =>
    withTokens(
      json({ access_token: 'abc' }),
      async ({ check, asked, carried }) => {
        await check();
        expect(carried).toEqual(['Bearer abc']);
        expect(asked[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
      },
      { body: 'grant_type=client_credentials&client_secret=s' },
    ));

  const start = Date.parse('2026-01-01T00:00:00Z') / 1_000;
  it.each([
    ['until 30 s before its own end', { token: token(start + 600), expires_in: 90 }, 570],
    ['until 30 s before the end the answer names', { access_token: 'opaque', expires_in: 90 }, 60],
    ['for 5 minutes when nothing names an end', { access_token: 'opaque' }, 300],
  ])('is kept %s', (_, answer, seconds) =>
    withTokens(json(answer), async ({ check, asked, clock }) => {
      await check();
      clock.now += seconds * 1_000 - 1;
      await check();
      expect(asked.length).toBe(1);
      clock.now += 1;
      await check();
      expect(asked.length).toBe(2);
    }),
  );

  it('that ends at once serves one check', () =>
    withTokens(json({ token: token(start + 10) }), async ({ check, asked, carried }) => {
      await check();
      await check();
      expect([asked.length, carried.length]).toEqual([2, 2]);
    }));

  it('is fetched once for all who wait for it, whoever of them gives up', () => {
    let arrived = (): void => undefined;
    const asking = new Promise<void>((resolve) => (arrived = resolve));
    let end = (): void => undefined;
    const slow: Answer = (response, asked) => {
      end = () => json({ token: 'abc' })(response, asked);
      arrived();
    };
    return withTokens(slow, async ({ check, asked, carried }) => {
      const first = new AbortController();
      const given = check({}, first.signal);
      const others = [check(), check(), check()];
      await asking;
      first.abort();
      expect(await given).toMatchObject({ reason: 'internal_error' });
      end();
      for (const other of others) expect(await other).toMatchObject({ reason: 'ok' });
      expect([asked.length, carried.length]).toEqual([1, 3]);
    });
  });

  it('that the model refuses is fetched again by the next check, and never within one', () => {
    const issued = ['dead', 'alive'];
    return withTokens(
      (response, asked) => json({ token: issued.shift() })(response, asked),
      async ({ check, carried }) => {
        expect(await check()).toMatchObject({ reason: 'auth_failed', httpStatus: 401 });
        expect(carried).toEqual(['Bearer dead']);
        expect(await check()).toMatchObject({ reason: 'ok' });
        expect(await check()).toMatchObject({ reason: 'ok' });
        expect(carried).toEqual(['Bearer dead', 'Bearer alive', 'Bearer alive']);
      },
      {},
      (credential) => (credential === 'Bearer dead' ? { status: 401, text: '{}' } : null),
    );
  });

  it('is never that of another model', () =>
    withTokens(json({ token: 'abc' }), async ({ check, asked }) => {
      await check();
      await check({ id: 'other' });
      expect(asked.length).toBe(2);
    }));

  it('that the model echoes is not shown', () =>
    withTokens(
      json({ token: 'secret-token-1' }),
      async ({ check }) => {
        const result = await check();
        expect(result.detail).toContain('[redacted]');
        expect(JSON.stringify(result)).not.toContain('secret-token-1');
      },
      {},
      (credential) => ({
        status: 403,
        text: JSON.stringify({ error: { message: `not you, ${credential}` } }),
      }),
    ));

  it('and its check share one deadline', () =>
    withTokens(
      (response, asked) => setTimeout(() => json({ token: 'abc' })(response, asked), 200),
      async ({ check }) => {
        const { reason, detail } = await check({ timeoutMs: 600 });
        expect(reason).toBe('timeout');
        expect(Number(/within (\d+) ms/.exec(detail ?? '')![1])).toBeLessThanOrEqual(400);
      },
      {},
      () => 'never',
    ));
});

describe('a token that cannot be had', () => {
  it.each([
    [401, '{"error":"secret-word"}', 'auth_failed', 'HTTP 401'],
    [403, 'secret-word', 'auth_failed', 'HTTP 403'],
    [400, '{"error":"invalid_client"}', 'auth_failed', 'HTTP 400'],
    [302, '', 'redirected', 'HTTP 302'],
    [404, '', 'endpoint_not_found', 'HTTP 404'],
    [429, '', 'rate_limited', 'HTTP 429'],
    [500, '', 'server_error', 'HTTP 500'],
    [200, '', 'malformed_response', 'no token in the answer'],
    [200, '{"token": 5, "secret-word": 1}', 'malformed_response', 'no token in the answer'],
    [200, '"two\\nlines"', 'malformed_response', 'no token in the answer'],
  ])('for HTTP %i %j is %s, without a word of the answer', (status, body, reason, detail) =>
    withTokens(text(status, body), async ({ check, asked, carried }) => {
      const unasked = { reason, detail: `token endpoint: ${detail}`, httpStatus: null, durationMs: null };
      expect(await check()).toMatchObject(unasked);
      await check();
      expect([asked.length, carried.length]).toEqual([2, 0]);
    }),
  );

  it('names the network where nothing answers', () =>
    withTokens(
      text(200, 'abc'),
      async ({ check }) => {
        expect(await check()).toMatchObject({
          reason: 'connect_error',
          outcome: 'unhealthy',
          detail: expect.stringMatching(/^token endpoint: /),
        });
      },
      { url: 'http://127.0.0.1:1/token' },
    ));

  it('is given up with the deadline', () =>
    withTokens(
      () => undefined,
      async ({ check }) => {
        expect(await check({ timeoutMs: 50 })).toMatchObject({
          reason: 'timeout',
          detail: 'token endpoint: no response headers within 50 ms',
        });
      },
    ));

  it('is not asked for where a secret is missing', () =>
    withTokens(text(200, 'abc'), async ({ check, asked }) => {
      expect(await check({ missingSecret: 'TOKEN is not set' })).toMatchObject({ reason: 'secret_missing' });
      expect(asked).toEqual([]);
    }));
});
