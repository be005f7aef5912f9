import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { checkOnce, everythingIsHere, withServer } from './probing.js';
import { completion, listenHttps, listenTcp } from './server.js';

const file = (name: string): string => fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(file(name), 'utf8');
const trusted = { caFile: file('authority.pem'), insecure: false };

function listenAs(name: string, options: object = {}) {
  const identity = { key: pem(`${name}.key`), cert: pem(`${name}.pem`), ...options };
  return listenHttps(identity, (_request, response) => response.end(completion('New Delhi')));
}

function over(port: number, tls: Model['endpoint']['tls'], host = 'localhost'): Model {
  return modelAt(`https://${host}:${port}/v1`, { endpoint: { tls } });
}

describe('TLS', () => {
  it('records when the certificate of the provider expires', async () => {
    const itself = { caFile: file('until-2090.pem'), insecure: false };
    const result = await withServer(listenAs('until-2090'), (port) => checkOnce(over(port, itself)));
    const end = Date.UTC(2090, 5, 15, 12, 34, 56);
    expect(result).toMatchObject({ reason: 'ok', certificateExpiresAt: end });
  });

  it('trusts the authorities in ca_file, and ignores an expiry after 2100', async () => {
    const result = await withServer(listenAs('valid'), (port) => checkOnce(over(port, trusted)));
    expect(result).toMatchObject({ reason: 'ok', certificateExpiresAt: null });
    expect(Object.keys(result.phases)).toEqual(['dns', 'tcp', 'tls', 'request', 'first_byte', 'download']);
  });

  it.each([
    ['expired', /expired/],
    ['wrong-host', /altnames/],
    ['self-signed', /self[- ]signed/],
  ])('refuses a certificate that is %s, unless insecure is set', async (name, words) => {
    await withServer(listenAs(name), async (port) => {
      const refused = await checkOnce(over(port, trusted));
      expect(refused).toMatchObject({ reason: 'tls_error', outcome: 'unhealthy', httpStatus: null });
      expect(refused.detail).toMatch(words);
      const accepted = await checkOnce(over(port, { insecure: true }));
      expect(accepted).toMatchObject({
        reason: 'ok',
        certificateExpiresAt: name === 'expired' ? Date.UTC(2021, 0, 1) : null,
      });
    });
  });

  it('refuses a certificate for a reason that Node has no name for, and tells it', async () => {
    const itself = { caFile: file('unknown-extension.pem'), insecure: false };
    const refused = await withServer(listenAs('unknown-extension'), (port) => checkOnce(over(port, itself)));
    expect(refused).toMatchObject({
      reason: 'tls_error',
      outcome: 'unhealthy',
      detail: 'UNSPECIFIED: unhandled critical extension',
    });
  });

  it.each([
    [3, { reason: 'ok' }],
    [
      120,
      { reason: 'tls_error', detail: 'ERR_TLS_HANDSHAKE_TOO_LONG: the TLS handshake has over 32768 bytes' },
    ],
  ])('reads a handshake with %i further certificates up to 32 KiB', async (count, expected) => {
    const cert = pem('valid.pem') + pem('authority.pem').repeat(count);
    const result = await withServer(listenAs('valid', { cert }), (port) => checkOnce(over(port, trusted)));
    expect(result).toMatchObject(expected);
  });

  it('never resumes a session, since that would skip the certificate', async () => {
    const resumed: boolean[] = [];
    const identity = { key: pem('valid.key'), cert: pem('valid.pem') };
    const server = listenHttps(identity, ({ socket }, response) => {
      resumed.push(socket instanceof TLSSocket && socket.isSessionReused());
      response.end(completion('New Delhi'));
    });
    const prober = createProber({ clock: systemClock, userAgent: 'test', reuseConnections: false, env: {} });
    await withServer(server, async (port) => {
      for (let round = 0; round < 3; round += 1) {
        await prober.check(over(port, trusted), new AbortController().signal);
      }
    });
    prober.close();
    expect(resumed).toEqual([false, false, false]);
  });

  it.each([
    ['TLS and TCP', (socket: Socket) => socket.end()],
    ['TCP alone', (_secure: Socket, raw: Socket | undefined) => raw?.end()],
  ])('uses a new connection if the server has closed the idle one, by %s', async (_name, leave) => {
    const raws: Socket[] = [];
    const identity = { key: pem('valid.key'), cert: pem('valid.pem') };
    const server = createServer(identity, ({ socket }, response) => {
      response.once('finish', () => leave(socket, raws.at(-1)));
      response.end(completion('New Delhi'));
    });
    server.on('connection', (raw: Socket) => raws.push(raw));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const prober = createProber({ clock: systemClock, userAgent: 'test', reuseConnections: true, env: {} });
    const reasons: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      reasons.push((await prober.check(over(port, trusted), new AbortController().signal)).reason);
    }
    prober.close();
    server.close();
    for (const raw of raws) raw.destroy();
    expect(reasons).toEqual(['ok', 'ok', 'ok']);
  });

  it('refuses an authority that is only in ca_file', async () => {
    const result = await withServer(listenAs('valid'), (port) => checkOnce(over(port, { insecure: false })));
    expect(result.reason).toBe('tls_error');
  });

  it('uses the authorities in SSL_CERT_FILE instead of those of the system', async () => {
    const env = { SSL_CERT_FILE: file('authority.pem') };
    const result = await withServer(listenAs('valid'), (port) =>
      checkOnce(over(port, { insecure: false }), { env }),
    );
    expect(result.reason).toBe('ok');
  });

  it('adds the authorities in NODE_EXTRA_CA_CERTS', async () => {
    const env = { NODE_EXTRA_CA_CERTS: file('authority.pem') };
    const result = await withServer(listenAs('valid'), (port) =>
      checkOnce(over(port, { insecure: false }), { env }),
    );
    expect(result.reason).toBe('ok');
  });

  it('reports a server that does not speak TLS', async () => {
    const result = await withServer(
      listenTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      (port) => checkOnce(over(port, trusted)),
    );
    expect(result.reason).toBe('tls_error');
    expect(result.detail).toBe('the server does not speak TLS on this port');
  });

  it.each([
    ['a host name without a certificate', 112, /perhaps for the host name$/],
    ['an unsupported client certificate', 43, /^the server refused the client certificate$/],
    ['a revoked client certificate', 44, /^the server refused the client certificate$/],
    ['an expired client certificate', 45, /^the server refused the client certificate$/],
    ['an unknown client certificate', 46, /^the server refused the client certificate$/],
    ['a client without access', 49, /^the server refused the client certificate$/],
    ['a handshake for a cipher or a missing client certificate', 40, /suits both, or .* client certificate$/],
  ])('tells the alert of a server that refuses %s', async (_what, alert, detail) => {
    const result = await withServer(
      listenTcp((socket) => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, alert]))),
      (port) => checkOnce(over(port, trusted)),
    );
    expect(result).toMatchObject({ reason: 'tls_error', detail: expect.stringMatching(detail) as unknown });
  });

  it('limits the time of a hanging handshake', async () => {
    const result = await withServer(
      listenTcp(() => undefined),
      (port) => checkOnce({ ...over(port, trusted), timeoutMs: 2_000 }),
    );
    expect(result).toMatchObject({ reason: 'timeout', detail: 'no connection within 1 s' });
  });

  it('sends server_name and checks the certificate against it', async () => {
    await withServer(listenAs('wrong-host'), async (port) => {
      const tls = { ...trusted, serverName: 'elsewhere.test' };
      expect((await checkOnce(over(port, tls))).reason).toBe('ok');
    });
  });

  it('sends a client certificate if the server requests one', async () => {
    const wanting = { ca: pem('authority.pem'), requestCert: true, rejectUnauthorized: true };
    await withServer(listenAs('valid', wanting), async (port) => {
      const identity = { ...trusted, certFile: file('client.pem'), keyFile: file('client.key') };
      expect((await checkOnce(over(port, identity))).reason).toBe('ok');
      expect(['tls_error', 'connection_lost']).toContain((await checkOnce(over(port, trusted))).reason);
    });
  });

  it('names a client certificate that a server of TLS 1.2 may miss', async () => {
    const wanting = { ca: pem('authority.pem'), requestCert: true, rejectUnauthorized: true };
    await withServer(listenAs('valid', { ...wanting, maxVersion: 'TLSv1.2' }), async (port) => {
      const { reason, detail } = await checkOnce(over(port, trusted));
      expect([reason, detail]).toEqual(['tls_error', expect.stringMatching(/client certificate$/)]);
    });
  });

  it('blames the configuration for a missing or unusable file', async () => {
    const missing = await checkOnce(over(1, { caFile: '/nowhere/ca.pem', insecure: false }));
    expect(missing).toMatchObject({
      reason: 'secret_missing',
      outcome: 'unknown',
      detail: 'tls.ca_file /nowhere/ca.pem cannot be read: ENOENT',
    });
    const swapped = { ...trusted, certFile: file('client.key'), keyFile: file('client.pem') };
    expect(await checkOnce(over(1, swapped))).toMatchObject({ reason: 'secret_missing', durationMs: null });
  });

  it('reads a file again when its content changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modelpulse-'));
    const caFile = join(folder, 'ca.pem');
    await copyFile(file('self-signed.pem'), caFile);
    const prober = createProber({
      clock: systemClock,
      userAgent: 'test',
      reuseConnections: true,
      lookup: everythingIsHere,
      env: {},
    });
    await withServer(listenAs('valid'), async (port) => {
      const model = over(port, { caFile, insecure: false }, 'model.test');
      const { signal } = new AbortController();
      expect((await prober.check(model, signal)).reason).toBe('tls_error');
      await copyFile(file('authority.pem'), caFile);
      expect((await prober.check(model, signal)).reason).toBe('ok');
    });
    prober.close();
    await rm(folder, { recursive: true });
  });
});
