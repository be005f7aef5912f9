import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { blameFor } from '../../../src/domain/reason.js';
import { modelAt } from '../model.js';
import { checkOnce, withServer } from '../probing.js';
import { listenTcp } from '../server.js';

const through = (scheme: string, port: number, timeoutMs = 2_000) =>
  modelAt(`${scheme}://model.test/v1`, {
    timeoutMs,
    endpoint: { proxy: `http://u:hidden-word@127.0.0.1:${port}` },
  });

/** What a check says through a proxy that says this to each request. */
async function told(scheme: string, head: string, body = '') {
  const reply = `HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  return withServer(
    listenTcp((socket) => socket.end(reply)),
    async (port) => {
      const { reason, detail, httpStatus } = await checkOnce(through(scheme, port));
      const plain = (detail ?? '').replace(`127.0.0.1:${port}`, 'PROXY');
      return { reason, blame: blameFor(reason), detail: plain, httpStatus };
    },
  );
}

const page = (title: string): string => `<!DOCTYPE html><html><head><title>${title}</title></head></html>`;

describe('a reply of the proxy itself to a request that it should forward', () => {
  it.each([
    ['500 Unable to connect\r\nServer: tinyproxy/1.11.1', 'connect_error', '500: Unable to connect'],
    ['500 Unable to connect', 'connect_error', '500: Unable to connect'],
    ['403 Filtered\r\nServer: tinyproxy/1.11.1', 'connect_error', '403: Filtered'],
    ['503 Forwarding failure', 'connect_error', '503: Forwarding failure'],
    ['502 Bad Gateway\r\nServer: mitmproxy 10.1.1', 'connect_error', '502'],
    ['403 Forbidden\r\nServer: Zscaler/6.2', 'connect_error', '403'],
    ['503 Service Unavailable\r\nServer: squid/6.14', 'connect_error', '503'],
    [
      '504 Gateway Timeout\r\nX-Squid-Error: ERR_CONNECT_FAIL 110',
      'connect_error',
      '504: ERR_CONNECT_FAIL 110',
    ],
    ['504 Gateway Timeout\r\nX-Squid-Error: ERR_READ_TIMEOUT 0', 'timeout', '504: ERR_READ_TIMEOUT 0'],
    ['502 Bad Gateway\r\nX-Squid-Error: ERR_READ_ERROR 104', 'connection_lost', '502: ERR_READ_ERROR 104'],
    [
      '502 Bad Gateway\r\nX-Squid-Error: ERR_ZERO_SIZE_OBJECT 0',
      'connection_lost',
      '502: ERR_ZERO_SIZE_OBJECT 0',
    ],
    ['407 Proxy Authentication Required', 'connect_error', '407'],
  ])('%j is %s, told as "%s"', async (head, reason, words) => {
    const found = await told('http', head, page('ERROR'));
    expect(found).toMatchObject({ reason, detail: `the proxy PROXY answered ${words}`, httpStatus: null });
    expect(found.blame).toBe(reason === 'timeout' ? 'provider' : 'network');
  });

  it.each([
    ['500 Internal Server Error', 'gateway_error'],
    ['503 Service Unavailable\r\nServer: nginx', 'gateway_error'],
    ['403 Forbidden\r\nServer: cloudflare', 'permission_denied'],
  ])(
    'cannot be told from one of the target for a page with %j, so the detail names the proxy',
    async (head, reason) => {
      const found = await told('http', head, page('Sorry'));
      expect(found).toMatchObject({ reason, detail: 'HTML page "Sorry" through the proxy PROXY' });
    },
  );

  it.each(['Access Denied (policy_denied)', 'Web Page Blocked', 'FortiGuard Intrusion Prevention'])(
    'is connect_error for a page of policy, "%s"',
    async (title) => {
      const found = await told('http', '403 Forbidden', page(title));
      expect(found).toMatchObject({
        reason: 'connect_error',
        blame: 'network',
        detail: `the proxy PROXY answered 403: HTML page "${title}"`,
      });
    },
  );

  it('is left to the target where that answers in the words of its API', async () => {
    const error = JSON.stringify({ error: { message: 'no access, see policy_denied', code: 'forbidden' } });
    expect((await told('http', '403 Forbidden', error)).reason).toBe('permission_denied');
  });
});

describe('a refusal of CONNECT', () => {
  it.each([
    ['503 Service Unavailable\r\nX-Squid-Error: ERR_DNS_FAIL 0', '503 to CONNECT: ERR_DNS_FAIL 0'],
    ['500 Unable to connect', '500 to CONNECT: Unable to connect'],
    ['403 Forbidden', '403 to CONNECT'],
    ['302 Found\r\nLocation: http://portal.test/login', '302 to CONNECT'],
  ])('with %j is told as "%s"', async (head, words) => {
    expect(await told('https', head)).toMatchObject({
      reason: 'connect_error',
      blame: 'network',
      detail: `the proxy PROXY answered ${words}`,
    });
  });

  it.each(['http', 'https'])('tells bounded words without a secret, for %s', async (scheme) => {
    const secret = await told(scheme, '503 Service Unavailable\r\nX-Squid-Error: sk-test-1234567890abcdef 0');
    expect(secret.detail).not.toContain('1234567890');
    const long = await told(scheme, `503 ${'Forwarding failure '.repeat(200)}\r\nServer: squid`);
    expect(long.detail.length).toBeLessThan(120);
    const odd = await told(scheme, `503 Service Unavailable\r\nX-Squid-Error: ${'E'.repeat(500)}`);
    expect(odd.detail).toMatch(/^the proxy PROXY answered 503(?: to CONNECT)?$/);
  });
});

describe('a proxy that is not there', () => {
  it.each(['http', 'https'])('is named without its password, for %s', async (scheme) => {
    const port = await withServer(
      listenTcp(() => undefined),
      (free) => Promise.resolve(free),
    );
    const { reason, detail } = await checkOnce(through(scheme, port));
    expect(reason).toBe('connect_error');
    expect(detail).toBe(`the proxy 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it.each(['http', 'https'])('is named where its name is unknown, for %s', async (scheme) => {
    const model = modelAt(`${scheme}://model.test/v1`, { endpoint: { proxy: 'http://proxy.invalid:3128' } });
    const { reason, detail } = await checkOnce(model);
    expect(reason).toBe('dns_error');
    expect(detail).toMatch(/^the proxy proxy\.invalid:3128: getaddrinfo \w+ proxy\.invalid$/);
  });
});

describe('a connection through a proxy that is cut', () => {
  it.each([
    ['http', (socket: Socket) => socket.end()],
    ['https', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')],
  ] as const)('is told with the proxy, for %s', async (scheme, talk) => {
    await withServer(listenTcp(talk), async (port) => {
      const { reason, detail } = await checkOnce(through(scheme, port));
      expect(reason).toBe('connection_lost');
      expect(detail).toMatch(new RegExp(`^ECONNRESET: .* through the proxy 127\\.0\\.0\\.1:${port}$`));
    });
  });
});

describe('a tunnel that hangs', () => {
  it('is told with the proxy and the phase', async () => {
    const opens = listenTcp((socket: Socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    await withServer(opens, async (port) => {
      expect(await checkOnce(through('https', port, 1_000))).toMatchObject({
        reason: 'timeout',
        detail: `no TLS handshake within 500 ms through the proxy 127.0.0.1:${port}`,
      });
    });
    const mute = listenTcp(() => undefined);
    await withServer(mute, async (port) => {
      expect(await checkOnce(through('https', port, 1_000))).toMatchObject({
        reason: 'connect_error',
        detail: `the proxy 127.0.0.1:${port}: no answer to CONNECT within 500 ms`,
      });
    });
  });
});
