import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { secretsOf, secretsOfProxies } from '../../../src/checker/secrets/model-secrets.js';
import { createRedaction } from '../../../src/checker/secrets/redact.js';
import { modelAt } from '../model.js';
import { checkOnce, withServer } from '../probing.js';
import { listenHttp } from '../server.js';

describe('secrets of a model', () => {
  const secretsWith = (endpoint: Partial<ReturnType<typeof modelAt>['endpoint']>) => {
    const model = modelAt('http://127.0.0.1:1/v1');
    return createRedaction(
      secretsOf({ ...model, endpoint: { ...model.endpoint, apiKeys: [], ...endpoint } }),
    );
  };

  it('exclude values so short that they occur in plain text, except beside the name of their header', () => {
    const redact = secretsWith({
      headers: { 'x-debug': '1', 'x-tier': 'gold', 'x-api-key': 'abc12' },
      apiKeys: ['EMPTY'],
    });
    const plain = 'took 1125 ms of gpt-4o-2024-11-20, a gold answer, EMPTY';
    expect(redact(plain, 300)).toBe(plain);
    expect(redact('got {"x-api-key":"abc12"} and x-api-key: abc12', 300)).not.toContain('abc12');
  });

  it('include the password of a Basic authorization, of a header, a key and a token endpoint', () => {
    const basic = (pair: string) => Buffer.from(pair).toString('base64');
    const redact = secretsWith({
      headers: { Authorization: `Basic ${basic('svc-pulse:hunter2-hunter2')}` },
      auth: { headerName: 'X-Auth', prefix: 'Basic ' },
      apiKeys: [basic('svc-key:fish9')],
      jwt: {
        url: 'http://127.0.0.1:1/token',
        method: 'POST',
        headers: { Authorization: `basic ${basic('client:open%2Fsesame%2F7')}` },
        body: null,
        responseKey: null,
      },
    });
    const said = 'user svc-pulse (password "hunter2-hunter2"), svc-key:fish9, client has open/sesame/7';
    expect(redact(said, 300)).toBe(
      'user svc-pulse (password "[redacted]"), [redacted], client has [redacted]',
    );
  });

  it.each(['code', 'auth', 'sig', 'subscription', 'session'])(
    'include the value of the query parameter %s, wherever it is echoed',
    (name) => {
      const model = modelAt('http://127.0.0.1:1/v1');
      const paths = {
        ...model.endpoint.paths,
        chat: `/chat?api-version=2024-10-21&${name}=zq9%2B8w7v6u&n=5`,
      };
      const redact = secretsWith({ paths });
      const clean = redact(`no access for zq9%2B8w7v6u or zq9+8w7v6u at 2024-10-21, 5 times`, 300);
      expect(clean).toBe('no access for [redacted] or [redacted] at 2024-10-21, 5 times');
    },
  );

  it('include what came by reference', () => {
    const model = modelAt('http://127.0.0.1:1/t/pAth-t0ken-Zz81/v1', {
      referredSecrets: ['pAth-t0ken-Zz81'],
    });
    const redact = createRedaction(secretsOf(model));
    expect(redact('Cannot POST /t/pAth-t0ken-Zz81/v1/chat', 300)).toBe('Cannot POST /t/[redacted]/v1/chat');
  });
});

describe('credentials of a proxy', () => {
  const base64 = (pair: string) => Buffer.from(pair).toString('base64');

  it.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'])(
    'are secrets of the variable %s, as they are sent, too',
    (name) => {
      const redact = createRedaction(
        secretsOfProxies({ [name]: 'http://puser:p%40ss-W0rd@proxy.test:3128' }),
      );
      const said = `denied for puser:p@ss-W0rd (p%40ss-W0rd), ${base64('puser:p@ss-W0rd')}`;
      expect(redact(said, 300)).toBe('denied for puser:[redacted] ([redacted]), [redacted]');
    },
  );

  it('are found without a scheme, with a short password or none, and in what a model names itself', () => {
    const bare = createRedaction(secretsOfProxies({ HTTP_PROXY: ' me:pw12@proxy.test:3128 ' }));
    expect(bare(`me:pw12 is ${base64('me:pw12')}, not pw12`, 300)).toBe('[redacted] is [redacted], not pw12');
    const token = createRedaction(secretsOfProxies({ HTTP_PROXY: 'http://t0ken-only@proxy.test' }));
    expect(token('t0ken-only is unknown', 300)).toBe('[redacted] is unknown');
    const model = modelAt('http://a.test', { endpoint: { proxy: 'http://me:pw12@proxy.test' } });
    expect(createRedaction(secretsOf(model))(base64('me:pw12'), 300)).toBe('[redacted]');
  });

  it('are none of a proxy without any', () => {
    expect(secretsOfProxies({ HTTP_PROXY: 'proxy.test:3128', https_proxy: '', NO_PROXY: 'a:b@c' })).toEqual(
      [],
    );
  });

  it.each([false, true])('are not told by a check behind a variable, with a token: %s', async (withToken) => {
    const said: RequestListener = (request, response) => {
      const sent = String(request.headers['proxy-authorization']).replace('Basic ', '');
      const pair = Buffer.from(sent, 'base64').toString();
      const body = request.url?.endsWith('/token')
        ? { access_token: 'a-token-of-today' }
        : { error: { message: `denied for ${pair}, that is ${sent}` } };
      response.writeHead('error' in body ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const jwt = {
      url: 'http://token.test/token',
      method: 'POST',
      headers: {},
      body: null,
      responseKey: null,
    } as const;
    const model = modelAt('http://model.test/v1', { endpoint: { jwt: withToken ? jwt : null } });
    const { detail } = await withServer(listenHttp(said), (port) =>
      checkOnce(model, { env: { http_proxy: `http://puser:pr0xy-S3cret@127.0.0.1:${port}` } }),
    );
    expect(detail).toBe('denied for puser:[redacted], that is [redacted]');
  });
});
