import { describe, expect, it } from '@jest/globals';
import { json, text, token, withTokens, type Answer } from '../tokens.js';
import { inFull } from '../../slow.js';

describe('token', () => {
  it('is requested as configured, and sent as the key', () =>
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

  it('is requested by GET without a body', () =>
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

  it('is requested by POST without a body by default', () =>
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

  it('is requested with a form if configured', () =>
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
    ['for 5 minutes when it is to end at once', { access_token: 'opaque', expires_in: 1e-9 }, 300],
    ['for 5 s when it ends within the leeway', { access_token: 'opaque', expires_in: 20 }, 5],
    ['for 5 s when its own end has passed', { token: token(start - 600) }, 5],
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

  it.each([
    ['its own end', { token: token(1e300) }],
    ['the end the answer names', { access_token: 'opaque', expires_in: 9e8 }],
  ])('is kept for at most a day, even with a later value in %s', (_, answer) =>
    withTokens(json(answer), async ({ check, asked, clock }) => {
      await check();
      clock.now += 86_400_000 - 1;
      await check();
      expect(asked.length).toBe(1);
      clock.now += 1;
      await check();
      expect(asked.length).toBe(2);
    }),
  );

  inFull('is kept for the thousand most recently used models', () =>
    withTokens(json({ token: 'abc' }), async ({ check, asked }) => {
      for (let count = 0; count < 1_000; count += 1) await check({ id: `m${count}` });
      await check({ id: 'm0' });
      await check({ id: 'another' });
      expect(asked.length).toBe(1_001);
      await check({ id: 'm0' });
      expect(asked.length).toBe(1_001);
      await check({ id: 'm1' });
      expect(asked.length).toBe(1_002);
    }),
  );

  it('that expires at once is used for 5 s', () =>
    withTokens(json({ token: token(start + 10) }), async ({ check, asked, carried, clock }) => {
      await check();
      clock.now += 4_999;
      await check();
      expect([asked.length, carried.length]).toEqual([1, 2]);
      clock.now += 1;
      await check();
      expect([asked.length, carried.length]).toEqual([2, 3]);
    }));

  it('is fetched once for all waiting checks, even if one of them gives up', () => {
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

  it('that cannot be renewed is used until it expires', () => {
    const answers = [json({ access_token: 'abc', expires_in: 90 })];
    return withTokens(
      (response, asked) => (answers.shift() ?? text(500, ''))(response, asked),
      async ({ check, carried, clock }) => {
        expect(await check()).toMatchObject({ reason: 'ok' });
        clock.now += 75_000;
        expect(await check()).toMatchObject({ reason: 'ok' });
        clock.now += 15_000;
        expect(await check()).toMatchObject({ reason: 'server_error' });
        expect(carried).toEqual(['Bearer abc', 'Bearer abc']);
      },
    );
  });

  it.each([
    [401, '{}', 'auth_failed'],
    [403, '{}', 'permission_denied'],
    [302, '', 'redirected'],
    [400, '{"error":{"message":"The access token expired"}}', 'auth_failed'],
  ])(
    'refused by the model with %i %s is fetched again by the next check, and never within one',
    (status, text, reason) => {
      const issued = ['dead', 'alive'];
      return withTokens(
        (response, asked) => json({ token: issued.shift() })(response, asked),
        async ({ check, carried, clock }) => {
          expect(await check()).toMatchObject({ reason, httpStatus: status });
          if (![401, 400].includes(status)) {
            // Not at once: the refusal may be for another lack.
            clock.now += 60_000;
            expect(await check()).toMatchObject({ reason, httpStatus: status });
            carried.pop();
          }
          expect(carried).toEqual(['Bearer dead']);
          expect(await check()).toMatchObject({ reason: 'ok' });
          expect(await check()).toMatchObject({ reason: 'ok' });
          expect(carried).toEqual(['Bearer dead', 'Bearer alive', 'Bearer alive']);
        },
        {},
        (credential) => (credential === 'Bearer dead' ? { status, text } : null),
      );
    },
  );

  it('is never shared between models', () =>
    withTokens(json({ token: 'abc' }), async ({ check, asked }) => {
      await check();
      await check({ id: 'other' });
      expect(asked.length).toBe(2);
    }));

  it('echoed by the model is redacted', () =>
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

  it('shares one deadline with its check', () =>
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

describe('failed token request', () => {
  it.each([
    [401, '{"error":"secret-word"}', 'auth_failed', 'HTTP 401'],
    [403, 'secret-word', 'auth_failed', 'HTTP 403'],
    [400, '{"error":"invalid_client"}', 'auth_failed', 'HTTP 400'],
    [400, '{"error":"temporarily_unavailable"}', 'server_error', 'HTTP 400'],
    [
      200,
      '{"error":"bad_verification_code","error_description":"secret-word"}',
      'auth_failed',
      'an error instead of a token',
    ],
    [200, '{"code":40013,"msg":"invalid secret-word"}', 'auth_failed', 'an error instead of a token'],
    [200, '{"error":"server_error"}', 'server_error', 'an error instead of a token'],
    [200, '{"statusCode":503,"message":"secret-word"}', 'server_error', 'an error instead of a token'],
    [200, '{"status":401,"message":"secret-word"}', 'auth_failed', 'an error instead of a token'],
    [200, '{"errorMessage":"secret-word","errorType":"E"}', 'auth_failed', 'an error instead of a token'],
    [200, '<!doctype html><html>secret-word</html>', 'malformed_response', 'no token in the answer'],
    [200, 'invalid client secret-word', 'malformed_response', 'no token in the answer'],
    [302, '', 'redirected', 'HTTP 302'],
    [404, '', 'endpoint_not_found', 'HTTP 404'],
    [429, '', 'rate_limited', 'HTTP 429'],
    [500, '', 'server_error', 'HTTP 500'],
    [200, '', 'malformed_response', 'no token in the answer'],
    [200, '{"token": 5, "secret-word": 1}', 'malformed_response', 'no token in the answer'],
    [200, 'x'.repeat(16_385), 'malformed_response', 'no token in the answer'],
    [200, '"two\\nlines"', 'malformed_response', 'no token in the answer'],
  ])('with HTTP %i %j is %s, without any text of the reply', (status, body, reason, detail) =>
    withTokens(text(status, body), async ({ check, asked, carried }) => {
      const unasked = { reason, detail: `token endpoint: ${detail}`, httpStatus: null, durationMs: null };
      expect(await check()).toMatchObject(unasked);
      await check();
      expect([asked.length, carried.length]).toEqual([2, 0]);
    }),
  );

  it('names the network if the endpoint is unreachable', () =>
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

  it('is aborted at the deadline', () =>
    withTokens(
      () => undefined,
      async ({ check }) => {
        expect(await check({ timeoutMs: 50 })).toMatchObject({
          reason: 'timeout',
          detail: expect.stringMatching(/^token endpoint: no response headers within \d\d ms$/) as unknown,
        });
      },
    ));

  it('is not sent if a secret is missing', () =>
    withTokens(text(200, 'abc'), async ({ check, asked }) => {
      expect(await check({ missingSecret: 'TOKEN is not set' })).toMatchObject({ reason: 'secret_missing' });
      expect(asked).toEqual([]);
    }));
});
