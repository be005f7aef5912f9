import { describe, expect, it } from '@jest/globals';
import { tokenOf } from '../../src/http/auth.js';
import { sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const token = 'päss:word with colon'.replaceAll(' ', '_');
const basic = (password: string): string => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;
const start = () =>
  startServer(createFakeBackend({ views: [sampleView('a')] }), { bearerToken: () => 's3cret:with=colon' });

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

describe('the token', () => {
  it.each(guarded)('is needed for %s %s', async (method, path) => {
    const { ask } = await start();
    const { status, headers, json } = await ask(path, { method });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="modelpulse", charset="UTF-8"');
    expect(json).toMatchObject({ code: 'unauthorized' });
  });

  it.each(['/livez', '/readyz'])('is not needed for %s', async (path) => {
    const { ask } = await start();
    expect((await ask(path)).status).toBe(200);
  });

  it.each([
    ['Bearer', 'Bearer s3cret:with=colon'],
    ['bearer in lower case', 'bearer s3cret:with=colon'],
    ['the password of Basic', basic('s3cret:with=colon')],
  ])('opens as %s', async (_name, authorization) => {
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
  ])('does not open as %p', async (authorization) => {
    const { ask } = await start();
    expect((await ask('/api/v1/models', { headers: { authorization } })).status).toBe(401);
  });

  it('may change while the server runs', async () => {
    let now: string | null = null;
    const { ask } = await startServer(createFakeBackend(), { bearerToken: () => now });
    expect((await ask('/api/v1/models')).status).toBe(200);
    now = 'new';
    expect((await ask('/api/v1/models')).status).toBe(401);
    expect((await ask('/api/v1/models', { headers: { authorization: 'Bearer new' } })).status).toBe(200);
  });

  it('may hold spaces', () => {
    expect(tokenOf('Bearer two words')).toBe('two words');
  });

  it('may hold what is not ASCII, in Basic', () => {
    expect(tokenOf(basic(token))).toBe(token);
  });
});

describe('a page of another origin', () => {
  it.each(['cross-site', 'same-site'])('cannot make a browser reload or check (%s)', async (site) => {
    const { ask } = await startServer(createFakeBackend({ views: [sampleView('a')] }));
    for (const path of ['/-/reload', '/api/v1/models/a/check']) {
      const { status, json } = await ask(path, { method: 'POST', headers: { 'sec-fetch-site': site } });
      expect([status, json]).toMatchObject([403, { code: 'other_origin' }]);
    }
    expect((await ask('/api/v1/models', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
  });
});
