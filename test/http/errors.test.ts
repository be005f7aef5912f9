import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { namedWindowForms } from '../../src/calendar/named-window.js';
import { sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer, useServer } from './running-server.js';

const start = useServer(createFakeBackend({ views: [sampleView('a')] }));

const time = 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z, or Unix seconds, from 1970 to 2100';
const window = `window: must be a duration such as 90m, 24h or 30d, or ${namedWindowForms}`;
const limit = 'must be a whole number from 1 to 1000';

describe('invalid query', () => {
  it.each([
    ['models?state=red', 'state: must be one of healthy, degraded, unhealthy, unknown, maintenance'],
    ['models?label=team', 'label: must be `key:value`'],
    ['models?limit=0', `limit: ${limit}`],
    ['models?limit=1001', `limit: ${limit}`],
    ['models?limit=1e2', `limit: ${limit}`],
    ['models?limit=', `limit: ${limit}`],
    ['models?limit=1&limit=2', 'limit: must be given once'],
    ['models?lmit=1', 'lmit: no such parameter; allowed are state, label, limit, cursor'],
    ['models?__proto__=1', '__proto__: no such parameter; allowed are state, label, limit, cursor'],
    ['models/a/uptime?window=1w', window],
    ['models/a/uptime?window=0s', window],
    ['models/a/uptime?window=1d&from=1', 'window: not allowed together with from or to'],
    ['models/a/uptime?from=2&to=1', 'from: must be before to'],
    ['models/a/uptime?from=1&to=1', 'from: must be before to'],
    ['models/a/uptime?from=yesterday', `from: ${time}`],
    ['models/a/uptime?from=2026-02-30', `from: ${time}`],
    ['models/a/uptime?from=2026-13-01', `from: ${time}`],
    ['models/a/uptime?from=2026-01-01T25:00:00Z', `from: ${time}`],
    ['models/a/uptime?from=-5', `from: ${time}`],
    ['models/a/timeline?cursor=x', 'cursor: must be the `next_cursor` of an answer'],
    ['models/a/checks?outcome=maintenance', 'outcome: must be one of healthy, degraded, unhealthy, unknown'],
    ['models/a/checks?format=xml', 'format: must be one of json, csv'],
    ['models/a/checks?from=2&to=1', 'from: must be before to'],
    ['models/a/checks?from=x&limit=x', `from: ${time}; limit: ${limit}`],
    ['incidents?open=1', 'open: must be one of true, false'],
    ['incidents?from=2&to=1', 'from: must be before to'],
  ])('is answered with the reason: %s', async (query, message) => {
    const { ask } = await start();
    const { status, json } = await ask(`/api/v1/${query}`);
    expect([status, json]).toEqual([400, { message, code: 'bad_query' }]);
  });
});

describe('error', () => {
  it('is 404 for an unknown route', async () => {
    const { ask } = await start();
    for (const path of ['/api', '/api/v1/models/a/', '/api/v1/models/', '/api/v1/models/a/b/c']) {
      expect((await ask(path)).status).toBe(404);
    }
    expect((await ask('/nowhere')).json).toEqual({
      message: 'there is no such route',
      code: 'unknown_route',
    });
  });

  it('is 405 with the allowed methods for another method', async () => {
    const { ask } = await start();
    const put = await ask('/api/v1/models', { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(put.json).toEqual({ message: 'allowed here: GET, HEAD', code: 'method_not_allowed' });
    const get = await ask('/-/reload');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is 413 for a body over 64 KiB', async () => {
    const { ask } = await start();
    const { status, json } = await ask('/-/reload', { method: 'POST', body: 'x'.repeat(64 * 1024 + 1) });
    expect([status, json]).toMatchObject([413, { code: 'body_too_large' }]);
  });

  it('is 400 for an invalid encoding in the URL', async () => {
    const { ask } = await start();
    const { status, json } = await ask('/api/v1/models/%E0%A4%A');
    expect([status, json]).toMatchObject([400, { code: 'bad_request' }]);
  });

  it('is 414 for an id longer than any model id', async () => {
    const { ask } = await start();
    const { status, json } = await ask(`/api/v1/models/${'x'.repeat(2_000)}`);
    expect([status, json]).toMatchObject([414, { code: 'address_too_long' }]);
  });

  it('of the server is a 500 without details, and is reported', async () => {
    const bug = Object.assign(new Error('SELECT secret FROM /var/lib/x.db'), { code: 'SQLITE_IOERR' });
    const backend = createFakeBackend({ views: [sampleView('a')] });
    const store = { ...backend.store, counts: () => Promise.reject(bug) };
    const { ask, reported } = await startServer({ ...backend, store });
    const { status, json } = await ask('/api/v1/models/a/uptime');
    expect([status, json]).toEqual([500, { message: 'internal error', code: 'internal_error' }]);
    expect(reported).toEqual([bug]);
  });

  it('is also a 500 if a reply does not match its schema', async () => {
    const view = sampleView('a', { latest: { ...sampleView('a').latest!, httpStatus: 1.5 } });
    const { ask, reported } = await startServer(createFakeBackend({ views: [view] }));
    expect((await ask('/api/v1/models/a')).status).toBe(500);
    expect(reported).toHaveLength(1);
  });

  it.each([
    ['GARBAGE\r\n\r\n', 400, 'bad_request'],
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('has the same format for a request that is not HTTP (%#)', async (request, status, code) => {
    const { url } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(request);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({ code });
  });
});

describe('every reply', () => {
  it('forbids caching and sniffing, and does not name the server', async () => {
    const { ask } = await start();
    for (const path of ['/api/v1/models', '/nowhere', '/metrics', '/api/v1/models?limit=x']) {
      const { headers } = await ask(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  });
});
