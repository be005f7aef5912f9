import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { createProber } from '../../../src/checker/prober.js';
import { systemClock } from '../../../src/domain/clock.js';
import { blameFor } from '../../../src/domain/reason.js';
import { modelAt } from '../model.js';
import { checkOnce, everythingIsHere, withServer } from '../probing.js';
import { completion, listenHttp, listenHttps, listenProxy, listenTcp } from '../server.js';

const file = (name: string): string => fileURLToPath(new URL(`../certificates/${name}`, import.meta.url));
const identity = () => ({ key: readFileSync(file('valid.key')), cert: readFileSync(file('valid.pem')) });

describe('check through a proxy', () => {
  const answering = () => listenHttp((_request, response) => response.end(completion('New Delhi')));

  it('forwards http with the absolute address, and skips hosts in NO_PROXY', async () => {
    const targets: string[] = [];
    await withServer(listenProxy(targets, { strict: true }), (proxy) =>
      withServer(answering(), async (port) => {
        const env = { HTTP_PROXY: `http://user:pass@127.0.0.1:${proxy}` };
        const { reason, phases } = await checkOnce(modelAt(`http://model.test:${port}/v1`), { env });
        expect(reason).toBe('ok');
        expect(targets).toEqual([`http://model.test:${port}/v1/chat/completions`]);
        expect(Object.keys(phases)).toEqual(['tcp', 'request', 'first_byte', 'download']);
        const direct = { ...env, NO_PROXY: 'localhost' };
        expect((await checkOnce(modelAt(`http://localhost:${port}/v1`), { env: direct })).reason).toBe('ok');
        expect(targets).toHaveLength(1);
      }),
    );
  });

  it('checks the certificate of the model, not that of the proxy', async () => {
    const server = listenHttps(identity(), (_request, response) => response.end(completion('New Delhi')));
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

  it('writes an IPv6 address in brackets, and checks the certificate for it without brackets', async () => {
    const targets: string[] = [];
    const secure = listenHttps(identity(), (_request, response) => response.end(completion('New Delhi')));
    await withServer(listenProxy(targets), async (port) => {
      const endpoint = {
        proxy: `http://127.0.0.1:${port}`,
        tls: { caFile: file('authority.pem'), insecure: false },
      };
      await withServer(answering(), async (target) => {
        expect((await checkOnce(modelAt(`http://[::1]:${target}/v1`, { endpoint }))).reason).toBe('ok');
        expect(targets.at(-1)).toBe(`http://[::1]:${target}/v1/chat/completions`);
      });
      await withServer(secure, async (target) => {
        const { reason, detail } = await checkOnce(modelAt(`https://[::1]:${target}/v1`, { endpoint }));
        expect(reason).toBe('tls_error');
        expect(detail).toContain('IP: ::1 is not in');
        expect(targets.at(-1)).toBe(`[::1]:${target}`);
      });
    });
  });

  it('uses a proxy at an IPv6 address', async () => {
    const { reason, detail } = await checkOnce(
      modelAt('http://model.test/v1', { endpoint: { proxy: 'http://[::1]:1' } }),
    );
    expect(reason).toBe('connect_error');
    expect(detail).toContain('::1');
  });

  it.each(['http', 'https'])(
    'sends a password with a lone percent sign unchanged, for %s',
    async (scheme) => {
      let sent = '';
      const said = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n';
      const hears = listenTcp((socket, head) => {
        const written = /^proxy-authorization: basic (\S+)/im.exec(head)?.[1] ?? '';
        sent = Buffer.from(written, 'base64').toString();
        socket.end(said);
      });
      const { reason, detail } = await withServer(hears, (port) =>
        checkOnce(
          modelAt(`${scheme}://model.test/v1`, {
            endpoint: { proxy: `http://user:100%safe@127.0.0.1:${port}` },
          }),
        ),
      );
      expect(reason).toBe('connect_error');
      expect(detail).toMatch(/^the proxy \S+ answered 407/);
      expect(sent).toBe('user:100%safe');
    },
  );

  it.each(['http', 'https'])('reuses a connection through the proxy, for %s', async (scheme) => {
    const targets: string[] = [];
    const answer: RequestListener = (_request, response) => response.end(completion('New Delhi'));
    await withServer(listenProxy(targets), (proxy) =>
      withServer(scheme === 'http' ? listenHttp(answer) : listenHttps(identity(), answer), async (port) => {
        const prober = createProber({
          clock: systemClock,
          userAgent: 'modelpulse/test',
          reuseConnections: true,
          env: {},
        });
        const model = modelAt(`${scheme}://model.test:${port}/v1`, {
          endpoint: {
            proxy: `http://127.0.0.1:${proxy}`,
            tls: { caFile: file('authority.pem'), insecure: false },
          },
        });
        const first = await prober.check(model, new AbortController().signal);
        const second = await prober.check(model, new AbortController().signal);
        prober.close();
        expect([first.reason, second.reason]).toEqual(['ok', 'ok']);
        expect(first.phases.tcp).toBeDefined();
        expect(second.phases.tcp).toBeUndefined();
        expect(targets).toHaveLength(scheme === 'http' ? 2 : 1);
      }),
    );
  });

  it.each(['http', 'https'])(
    'names a proxy whose certificate is refused for an unknown extension, for %s',
    async (scheme) => {
      const odd = {
        key: readFileSync(file('unknown-extension.key')),
        cert: readFileSync(file('unknown-extension.pem')),
      };
      await withServer(listenProxy([], odd), async (proxy) => {
        const model = modelAt(`${scheme}://model.test/v1`, {
          endpoint: { proxy: `https://other.test:${proxy}`, tls: { insecure: false } },
        });
        const env = { SSL_CERT_FILE: file('unknown-extension.pem') };
        expect(await checkOnce(model, { lookup: everythingIsHere, env })).toMatchObject({
          reason: 'tls_error',
          detail: `the proxy other.test:${proxy}: UNSPECIFIED: unhandled critical extension`,
        });
      });
    },
  );

  it.each(['http', 'https'])('uses a proxy that speaks TLS, for %s', async (scheme) => {
    const answer: RequestListener = (_request, response) => response.end(completion('New Delhi'));
    await withServer(listenProxy([], identity()), (proxy) =>
      withServer(scheme === 'http' ? listenHttp(answer) : listenHttps(identity(), answer), async (port) => {
        const through = (name: string) =>
          modelAt(`${scheme}://model.test:${port}/v1`, {
            endpoint: {
              proxy: `https://u:hidden-word@${name}:${proxy}`,
              tls: { caFile: file('authority.pem'), insecure: false },
            },
          });
        const options = { lookup: everythingIsHere, env: { SSL_CERT_FILE: file('authority.pem') } };
        const good = await checkOnce(through('model.test'), options);
        expect(good).toMatchObject({ reason: 'ok', certificateExpiresAt: null });
        const { reason, detail } = await checkOnce(through('other.test'), options);
        expect(reason).toBe('tls_error');
        expect(detail).toContain(`the proxy other.test:${proxy}: `);
        expect(detail).not.toContain('hidden-word');
      }),
    );
  });

  const through = (scheme: string, port: number, timeoutMs = 2_000) =>
    modelAt(`${scheme}://refused.test/v1`, {
      timeoutMs,
      endpoint: { proxy: `http://u:hidden-word@127.0.0.1:${port}` },
    });

  it.each([
    ['https', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 'does not speak HTTP'],
    ['http', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 'does not speak HTTP'],
    ['https', '', 'closed the connection'],
    ['https', 'HTTP/1.1 200 OK\r\nA: ', 'closed the connection'],
  ])('for %s blames the proxy that replies %j: it %s', async (scheme, said, words) => {
    const server = listenTcp((socket) => socket.end(said));
    await withServer(server, async (port) => {
      const { reason, detail } = await checkOnce(through(scheme, port));
      expect(reason).toBe('connect_error');
      expect(blameFor(reason)).toBe('network');
      expect(detail).toContain(`the proxy 127.0.0.1:${port} ${words}`);
      expect(detail).not.toContain('hidden-word');
    });
  });

  it.each([
    ['says nothing', () => undefined],
    [
      'drips headers',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 Connection established\r\n');
        const dripping = setInterval(() => socket.write('A: 1\r\n'), 20);
        socket.on('close', () => clearInterval(dripping));
      },
    ],
  ])('closes its socket at the end of the check, and when stopped, if the proxy %s', async (_name, talk) => {
    const taken: Promise<unknown>[] = [];
    let asked = (): void => undefined;
    const server = listenTcp((socket) => {
      taken.push(new Promise((closed) => socket.once('close', closed)));
      talk(socket);
      asked();
    });
    await withServer(server, async (port) => {
      const { reason, detail } = await checkOnce(through('https', port, 1_000));
      expect({ reason, detail }).toEqual({
        reason: 'connect_error',
        detail: `the proxy 127.0.0.1:${port}: no answer to CONNECT within 500 ms`,
      });
      await taken[0];
      const stop = new AbortController();
      asked = () => stop.abort();
      await checkOnce(through('https', port, 60_000), { signal: stop.signal });
      await taken[1];
    });
    expect(taken).toHaveLength(2);
  });

  it.each([
    ['407 Proxy Authentication Required', '', 'connect_error'],
    ['403 Forbidden', 'X-Squid-Error: ERR_ACCESS_DENIED 0\r\n', 'connect_error'],
    ['503 Service Unavailable', 'X-Squid-Error: ERR_DNS_FAIL 0\r\n', 'connect_error'],
    ['503 Service Unavailable', 'X-Squid-Error: ERR_CONNECT_FAIL 111\r\n', 'connect_error'],
    ['502 Bad Gateway', 'X-Squid-Error: ERR_READ_ERROR 104\r\n', 'connection_lost'],
    ['403 Forbidden', '', 'permission_denied'],
    ['503 Service Unavailable', '', 'gateway_error'],
  ])('for http with the proxy reply %j and %j is reported as %s', async (status, headers, wanted) => {
    const server = listenTcp((socket) =>
      socket.end(`HTTP/1.1 ${status}\r\n${headers}Content-Length: 0\r\n\r\n`),
    );
    await withServer(server, async (port) => {
      expect((await checkOnce(through('http', port))).reason).toBe(wanted);
    });
  });

  it('names the proxy in DNS errors and in timeouts behind it', async () => {
    const never: LookupFunction = () => undefined;
    const named = modelAt('http://127.0.0.1:1/v1', {
      timeoutMs: 1_000,
      endpoint: { proxy: 'http://proxy.test:3128' },
    });
    expect(await checkOnce(named, { lookup: never })).toMatchObject({
      reason: 'dns_error',
      detail: 'look-up of proxy.test:3128 not answered: no connection within 500 ms',
    });
    const mute = listenTcp(() => undefined);
    await withServer(mute, async (port) => {
      expect(await checkOnce(through('http', port, 1_000))).toMatchObject({
        reason: 'timeout',
        detail: `no response headers within 1 s through the proxy 127.0.0.1:${port}`,
      });
    });
  });

  it('names a proxy that refuses or is unreachable', async () => {
    const targets: string[] = [];
    const refused = await withServer(listenProxy(targets), (port) => checkOnce(through('https', port)));
    expect(refused.reason).toBe('connect_error');
    expect(refused.detail).toMatch(/^the proxy 127\.0\.0\.1:\d+ answered 403 to CONNECT$/);
    for (const scheme of ['http', 'https']) {
      const absent = await checkOnce(through(scheme, 1));
      expect(absent.reason).toBe('connect_error');
      expect(absent.detail).not.toContain('hidden-word');
    }
  });
});
