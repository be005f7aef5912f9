import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { tokenOf, type Access } from '../../src/http/auth.js';
import { sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer, useServer } from './running-server.js';

const token = 'päss:word with colon'.replaceAll(' ', '_');
const withToken =
  (token: string | null, more: Partial<Access> = {}) =>
  (): Access => ({ token, readTokens: [], publicBadges: false, ...more });
const basic = (password: string): string => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;
const start = useServer(createFakeBackend({ views: [sampleView('a')] }), {
  access: withToken('s3cret:with=colon'),
});

const guarded = [
  ['GET', '/metrics'],
  ['POST', '/-/reload'],
  ['GET', '/api/v1/models'],
  ['GET', '/api/v1/models/a'],
  ['GET', '/api/v1/models/nobody'],
  ['GET', '/api/v1/models/a/uptime'],
  ['GET', '/api/v1/models/a/timeline'],
  ['GET', '/api/v1/models/a/checks'],
  ['GET', '/api/v1/models/a/checks?format=csv'],
  ['POST', '/api/v1/models/a/check'],
  ['GET', '/api/v1/incidents'],
  ['GET', '/api/v1/events'],
  ['GET', '/api/v1/openapi.json'],
  ['GET', '/'],
  ['GET', '/no/such/route'],
  ['DELETE', '/api/v1/models'],
  ['GET', '/livez/'],
  ['GET', '//livez'],
] as const;

describe('bearer token', () => {
  it.each(guarded)('is required for %s %s', async (method, path) => {
    const { ask } = await start();
    const { status, headers, json } = await ask(path, { method });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="modelpulse", charset="UTF-8"');
    expect(json).toMatchObject({ code: 'unauthorized' });
  });

  it.each(['/livez', '/readyz'])('is not required for %s', async (path) => {
    const { ask } = await start();
    expect((await ask(path)).status).toBe(200);
  });

  it.each([
    ['Bearer', 'Bearer s3cret:with=colon'],
    ['bearer in lower case', 'bearer s3cret:with=colon'],
    ['the password of Basic', basic('s3cret:with=colon')],
  ])('grants access as %s', async (_name, authorization) => {
    const { ask } = await start();
    expect((await ask('/api/v1/models', { headers: { authorization } })).status).toBe(200);
  });

  it.each([
    'Bearer s3cret',
    'Bearer s3cret:with=colon2',
    'Bearer ',
    'Bearer',
    's3cret:with=colon',
    'Basic s3cret:with=colon',
    basic(''),
    basic('wrong'),
    `Basic ${Buffer.from('s3cret:with=colon:').toString('base64')}`,
    'Digest s3cret:with=colon',
  ])('is refused as %p', async (authorization) => {
    const { ask } = await start();
    expect((await ask('/api/v1/models', { headers: { authorization } })).status).toBe(401);
  });

  it('can change while the server runs', async () => {
    let now: string | null = null;
    const { ask } = await startServer(createFakeBackend(), { access: () => withToken(now)() });
    expect((await ask('/api/v1/models')).status).toBe(200);
    now = 'new';
    expect((await ask('/api/v1/models')).status).toBe(401);
    expect((await ask('/api/v1/models', { headers: { authorization: 'Bearer new' } })).status).toBe(200);
  });

  it('can contain spaces', () => {
    expect(tokenOf('Bearer two words')).toBe('two words');
  });

  it('can contain non-ASCII characters in Basic authentication', () => {
    expect(tokenOf(basic(token))).toBe(token);
  });
});

describe('read token', () => {
  const readers = ['reader-one', 'reader-two'];
  const serve = useServer(createFakeBackend({ views: [sampleView('a')] }), {
    access: withToken('everything', { readTokens: readers }),
  });
  const routes = guarded.filter(([, path]) => !path.includes('//') && !path.includes('events'));
  const as = (token: string) => ({ authorization: `Bearer ${token}` });

  it.each(routes)('grants access to %s %s only if the route is read-only', async (method, path) => {
    const { ask } = await serve();
    for (const token of readers) {
      const { status, json } = await ask(path, { method, headers: as(token) });
      if (method === 'GET') expect([401, 403]).not.toContain(status);
      else expect([status, json]).toMatchObject([403, { code: 'read_only' }]);
      const { status: withFull } = await ask(path, { method, headers: as('everything') });
      expect([401, 403]).not.toContain(withFull);
    }
  });

  it('grants access to HEAD, and as the password of Basic authentication', async () => {
    const { ask } = await serve();
    const authorization = basic('reader-two');
    expect((await ask('/api/v1/models', { method: 'HEAD', headers: { authorization } })).status).toBe(200);
    expect((await ask('/api/v1/models', { headers: { authorization } })).status).toBe(200);
  });

  it('grants no access to /probe, since that costs a check', async () => {
    const probed: string[] = [];
    const probe = (id: string) => Promise.resolve(probed.push(id)).then(() => null);
    const { ask } = await startServer(createFakeBackend({}, { probe }), {
      access: withToken('everything', { readTokens: readers }),
    });
    const { status, json } = await ask('/probe?target=a', { headers: as('reader-one') });
    expect([status, json]).toMatchObject([403, { code: 'read_only' }]);
    expect(probed).toEqual([]);
    expect((await ask('/probe?target=a', { headers: as('everything') })).status).toBe(404);
  });

  it.each(['', 'reader', 'reader-one2', 'reader-oneX'])('is refused as %p', async (token) => {
    const { ask } = await serve();
    expect((await ask('/api/v1/models', { headers: as(token) })).status).toBe(401);
  });
});

describe('badges', () => {
  const badge = '/api/v1/models/a/badge.svg';
  const views = { views: [sampleView('a')] };

  it('require the token unless they are public', async () => {
    const { ask } = await startServer(createFakeBackend(views), { access: withToken('s') });
    expect((await ask(badge)).status).toBe(401);
  });

  it('require no token if they are public, and no other route changes', async () => {
    const { ask } = await startServer(createFakeBackend(views), {
      access: withToken('s', { publicBadges: true }),
    });
    expect((await ask(badge)).status).toBe(200);
    expect((await ask(badge, { headers: { authorization: 'Bearer wrong' } })).status).toBe(200);
    for (const [method, path] of guarded) expect((await ask(path, { method })).status).toBe(401);
  });

  it.each([true, false])('are served for any host name only if they are public (%s)', async (isPublic) => {
    const { url } = await startServer(createFakeBackend(views), {
      access: withToken(null, { publicBadges: isPublic }),
    });
    const statusOf = async (path: string): Promise<number | undefined> => {
      const sent = request(url + path, { headers: { host: 'status.example' } }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect(await statusOf(badge)).toBe(isPublic ? 200 : 403);
    expect(await statusOf('/api/v1/models/a')).toBe(403);
  });
});

describe('page of another origin', () => {
  it.each(['cross-site', 'same-site'])('cannot trigger a reload or a check (%s)', async (site) => {
    const { ask } = await startServer(createFakeBackend({ views: [sampleView('a')] }));
    for (const path of ['/-/reload', '/api/v1/models/a/check']) {
      const { status, json } = await ask(path, { method: 'POST', headers: { 'sec-fetch-site': site } });
      expect([status, json]).toMatchObject([403, { code: 'other_origin' }]);
    }
    expect((await ask('/api/v1/models', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
  });

  it.each([
    ['another page', 'http://evil.example'],
    ['another port', 'http://127.0.0.1:1'],
    ['nowhere', 'null'],
  ])('cannot trigger changes if the browser sends only Origin: %s', async (_what, origin) => {
    const { ask } = await startServer(createFakeBackend({ views: [sampleView('a')] }));
    for (const path of ['/-/reload', '/api/v1/models/a/check', '/api/v1/models/a/exclusions']) {
      const { status, json } = await ask(path, { method: 'POST', headers: { origin }, body: '{}' });
      expect([status, json]).toMatchObject([403, { code: 'other_origin' }]);
    }
  });

  it('cannot trigger /probe, with any header that identifies its origin', async () => {
    const probed: string[] = [];
    const probe = (id: string) => Promise.resolve(probed.push(id)).then(() => null);
    const { ask, url } = await startServer(createFakeBackend({}, { probe }));
    const headers = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { referer: 'http://evil.example/page' },
    ];
    for (const given of headers) expect((await ask('/probe?target=a', { headers: given })).status).toBe(403);
    expect(probed).toEqual([]);
    for (const given of [
      {},
      { origin: url },
      { referer: `${url}/docs` },
      { 'sec-fetch-site': 'same-origin' },
    ])
      expect((await ask('/probe?target=a', { headers: given as Record<string, string> })).status).toBe(404);
    expect(probed).toHaveLength(4);
  });

  it('is accepted if the operator allows its host', async () => {
    const { ask } = await startServer(createFakeBackend(), {
      hosts: () => ({ allowed: ['pulse.example'], local: true }),
    });
    const headers = { origin: 'https://pulse.example' };
    expect((await ask('/-/reload', { method: 'POST', headers })).status).toBe(200);
  });
});

describe('Host header of a server without a token', () => {
  const asked = async (url: string, host: string, path = '/api/v1/models'): Promise<number> => {
    const sent = request(url + path, { headers: { host, connection: 'close' } }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  };
  const near = ['localhost', 'LOCALHOST:9464', '127.0.0.1', '127.8.8.8:1', '[::1]:9464'];
  const wide = ['10.0.0.5:9464', '[fd00::1]', 'modelpulse:9464', 'modelpulse'];
  const far = [
    'evil.example',
    '127.0.0.1.evil.example:9464',
    'localhost.evil.example',
    '127.evil',
    'a b',
    '@',
  ];

  it.each([
    ['must be a loopback name on a loopback address', true, near, [...wide, ...far]],
    ['must be an address or have no dot on a public address', false, [...near, ...wide], far],
  ])('%s', async (_what, local, good, bad) => {
    const { url } = await startServer(createFakeBackend(), {
      hosts: () => ({ allowed: ['pulse.example'], local }),
    });
    for (const host of [...good, 'pulse.example', 'Pulse.Example:443'])
      expect([host, await asked(url, host)]).toEqual([host, 200]);
    for (const host of bad) expect([host, await asked(url, host)]).toEqual([host, 403]);
    for (const path of [
      '/metrics',
      '/probe?target=a',
      '/nowhere',
      '/openapi.json',
      '/docs',
      '/api/v1/events',
    ])
      expect([path, await asked(url, 'evil.example', path)]).toEqual([path, 403]);
    // Orchestrators ask these by any name.
    for (const path of ['/livez', '/readyz'])
      expect([path, await asked(url, 'evil.example', path)]).toEqual([path, 200]);
  });

  it('is not restricted with a token', async () => {
    const { url } = await startServer(createFakeBackend(), { access: withToken('token') });
    expect(await asked(url, 'evil.example')).toBe(401);
  });
});
