import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { proxyFor } from '../../../src/checker/transport/proxy.js';
import { modelAt } from '../model.js';
import { checkOnce, withServer } from '../probing.js';
import { completion, listenHttp, listenHttps, listenProxy, listenTcp } from '../server.js';

const file = (name: string): string => fileURLToPath(new URL(`../certificates/${name}`, import.meta.url));

describe('proxyFor', () => {
  const env = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'plain:3128' };
  const through = (address: string, exceptions = '', configured: string | null = null): string | null =>
    proxyFor(new URL(address), configured, { ...env, NO_PROXY: exceptions });

  it('goes by the scheme, and the model’s own proxy wins', () => {
    expect(through('https://api.test')).toBe('http://secure:3128');
    expect(through('http://api.test')).toBe('http://plain:3128');
    expect(through('https://api.test', '*', 'http://own:1')).toBe('http://own:1');
    expect(proxyFor(new URL('https://api.test'), null, { https_proxy: 'http://lower:1' })).toBe(
      'http://lower:1',
    );
    expect(proxyFor(new URL('https://api.test'), null, {})).toBeNull();
  });

  it.each([
    ['https://api.test', '*'],
    ['https://api.test', 'other.test, api.test'],
    ['https://eu.api.test', 'api.test'],
    ['https://eu.api.test', '.api.test'],
    ['https://eu.api.test', '*.api.test'],
    ['https://API.test.', 'api.TEST'],
    ['https://api.test', 'api.test:443'],
    ['https://api.test:8443', 'api.test:8443'],
    ['http://10.1.2.3', '10.0.0.0/8'],
    ['http://10.1.2.3', '10.1.2.3'],
    ['http://[fd00::1]', 'fd00::/8'],
    ['http://[fd00::1]:8080', '[fd00::1]:8080'],
  ])('reaches %s directly with NO_PROXY %s', (address, exceptions) => {
    expect(through(address, exceptions)).toBeNull();
  });

  it.each([
    ['https://myapi.test', 'api.test'],
    ['https://api.test.evil', 'api.test'],
    ['https://api.test', 'api.test:8443'],
    ['http://11.1.2.3', '10.0.0.0/8'],
    ['http://10.1.2.3', '10.0.0.0/nonsense'],
    ['http://210.1.2.3', '10.1.2.3'],
    ['https://api.test', ' , ,:443,.'],
  ])('reaches %s through the proxy with NO_PROXY %s', (address, exceptions) => {
    expect(through(address, exceptions)).not.toBeNull();
  });
});

describe('a check through a proxy', () => {
  const answering = () => listenHttp((_request, response) => response.end(completion('New Delhi')));

  it('tunnels http and https, and leaves out what NO_PROXY names', async () => {
    const targets: string[] = [];
    await withServer(listenProxy(targets), (proxy) =>
      withServer(answering(), async (port) => {
        const env = { HTTP_PROXY: `http://user:pass@127.0.0.1:${proxy}` };
        expect((await checkOnce(modelAt(`http://model.test:${port}/v1`), { env })).reason).toBe('ok');
        expect(targets).toEqual([`model.test:${port}`]);
        const direct = { ...env, NO_PROXY: 'localhost' };
        expect((await checkOnce(modelAt(`http://localhost:${port}/v1`), { env: direct })).reason).toBe('ok');
        expect(targets).toHaveLength(1);
      }),
    );
  });

  it('checks the certificate of the model, not of the proxy', async () => {
    const identity = { key: readFileSync(file('valid.key')), cert: readFileSync(file('valid.pem')) };
    const server = listenHttps(identity, (_request, response) => response.end(completion('New Delhi')));
    await withServer(listenProxy([]), (port) =>
      withServer(server, async (target) => {
        const at = (host: string) =>
          modelAt(`https://${host}:${target}/v1`, {
            endpoint: {
              proxy: `http://127.0.0.1:${port}`,
              tls: { caFile: file('authority.pem'), insecure: false },
            },
          });
        const good = await checkOnce(at('model.test'));
        expect(good).toMatchObject({ reason: 'ok', certificateExpiresAt: null });
        expect(Object.keys(good.phases)).toEqual(['tcp', 'tls', 'request', 'first_byte', 'download']);
        expect((await checkOnce(at('other.test'))).reason).toBe('tls_error');
      }),
    );
  });

  it('writes an address of IPv6 in brackets, and checks the certificate for it without them', async () => {
    const targets: string[] = [];
    const identity = { key: readFileSync(file('valid.key')), cert: readFileSync(file('valid.pem')) };
    const secure = listenHttps(identity, (_request, response) => response.end(completion('New Delhi')));
    await withServer(listenProxy(targets), async (port) => {
      const endpoint = {
        proxy: `http://127.0.0.1:${port}`,
        tls: { caFile: file('authority.pem'), insecure: false },
      };
      await withServer(answering(), async (target) => {
        expect((await checkOnce(modelAt(`http://[::1]:${target}/v1`, { endpoint }))).reason).toBe('ok');
        expect(targets.at(-1)).toBe(`[::1]:${target}`);
      });
      await withServer(secure, async (target) => {
        const { reason, detail } = await checkOnce(modelAt(`https://[::1]:${target}/v1`, { endpoint }));
        expect(reason).toBe('tls_error');
        expect(detail).toContain('IP: ::1 is not in');
        expect(targets.at(-1)).toBe(`[::1]:${target}`);
      });
    });
  });

  it('goes to a proxy at an address of IPv6', async () => {
    const { reason, detail } = await checkOnce(
      modelAt('http://model.test/v1', { endpoint: { proxy: 'http://[::1]:1' } }),
    );
    expect(reason).toBe('connect_error');
    expect(detail).toContain('::1');
  });

  it('sends a password with a lone percent sign as it is', async () => {
    let sent = '';
    const hears = createServer().on('connect', (request, socket) => {
      sent = Buffer.from(String(request.headers['proxy-authorization']).slice(6), 'base64').toString();
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    await once(hears.listen(0, '127.0.0.1'), 'listening');
    const { port } = hears.address() as AddressInfo;
    const proxy = `http://user:100%safe@127.0.0.1:${port}`;
    const { detail } = await checkOnce(modelAt('http://model.test/v1', { endpoint: { proxy } })).finally(() =>
      hears.close(),
    );
    expect(detail).toBe('the proxy answered 407 to CONNECT');
    expect(sent).toBe('user:100%safe');
  });

  it('names a proxy that refuses, hangs or is not there', async () => {
    const targets: string[] = [];
    const through = (port: number) =>
      modelAt('https://refused.test/v1', {
        timeoutMs: 2_000,
        endpoint: { proxy: `http://u:hidden-word@127.0.0.1:${port}` },
      });
    const refused = await withServer(listenProxy(targets), (port) => checkOnce(through(port)));
    expect(refused).toMatchObject({ reason: 'connect_error', detail: 'the proxy answered 403 to CONNECT' });
    const hung = await withServer(
      listenTcp(() => undefined),
      (port) => checkOnce(through(port)),
    );
    expect(hung).toMatchObject({ reason: 'timeout', detail: 'no connection within 1 s' });
    const absent = await checkOnce(through(1));
    expect(absent.reason).toBe('connect_error');
    expect(absent.detail).not.toContain('hidden-word');
  });
});
