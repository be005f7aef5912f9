import { once } from 'node:events';
import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';
import { listenMute } from './mute.js';
import { checkOnce, withServer } from './probing.js';
import { completion, listenHttp, listenTcp } from './server.js';

const timeoutMs = 1_000;
const ok = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const answer = completion('New Delhi');
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

const against = (talk: (socket: Socket) => void): Promise<CheckResult> =>
  withServer(listenTcp(talk), (port) => checkOnce(modelAt(`http://127.0.0.1:${port}/v1`, { timeoutMs })));

function endlessly(socket: Socket, chunk: string | Buffer, everyMs: number): void {
  const timer = setInterval(() => socket.write(chunk), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** What each fault of the other side is called; none may take longer than the deadline. */
const faults: readonly (readonly [string, (socket: Socket) => void, Partial<CheckResult>])[] = [
  ['a reset', (socket) => socket.resetAndDestroy(), { reason: 'connection_lost', httpStatus: null }],
  ['a close without a byte', (socket) => socket.end(), { reason: 'connection_lost' }],
  [
    'silence before the headers',
    () => undefined,
    { reason: 'timeout', detail: 'no response headers within 1 s' },
  ],
  [
    'headers that drip',
    (socket) => {
      socket.write(ok);
      endlessly(socket, 'X-Drip: 1\r\n', 100);
    },
    { reason: 'timeout', detail: 'no response headers within 1 s' },
  ],
  [
    'silence in the body',
    (socket) => socket.write(`${ok}Content-Length: 500\r\n\r\n{"choices":`),
    {
      reason: 'timeout',
      detail: expect.stringMatching(/^response body idle for \d/) as unknown as string,
      httpStatus: 200,
    },
  ],
  [
    'a body that drips',
    (socket) => {
      socket.write(`${ok}Content-Length: 500000\r\n\r\n{`);
      endlessly(socket, ' ', 50);
    },
    { reason: 'timeout', detail: 'response not complete within 1 s in total' },
  ],
  [
    'a body shorter than announced',
    (socket) => socket.end(`${ok}Content-Length: 5000\r\n\r\n${answer}`),
    { reason: 'connection_lost', httpStatus: 200 },
  ],
  [
    'a chunked body broken off',
    (socket) =>
      socket.end(`${ok}Transfer-Encoding: chunked\r\n\r\n${answer.length.toString(16)}\r\n${answer}\r\n`),
    { reason: 'connection_lost' },
  ],
  [
    'a refusal whose body is shorter than announced',
    (socket) =>
      socket.end(
        `HTTP/1.1 429 X\r\nContent-Length: 5000\r\n\r\n{"error":{"message":"You exceeded your current quota, please check`,
      ),
    { reason: 'quota_exhausted', httpStatus: 429 },
  ],
  [
    'a refusal whose body is broken off',
    (socket) => socket.end('HTTP/1.1 401 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n'),
    { reason: 'auth_failed', httpStatus: 401 },
  ],
  [
    'a refusal whose body does not end',
    (socket) => socket.write('HTTP/1.1 429 X\r\nContent-Length: 5000\r\n\r\nslow down'),
    { reason: 'rate_limited', httpStatus: 429 },
  ],
  [
    'an encoding that is costly to read',
    (socket) => {
      const body = brotliCompressSync(answer);
      socket.write(`${ok}Content-Encoding: BR\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.end(body);
    },
    {
      reason: 'malformed_response',
      detail: 'content-encoding "BR" is not supported',
      httpStatus: 200,
    },
  ],
  [
    'a refusal in an encoding that is costly to read',
    (socket) => socket.end('HTTP/1.1 401 X\r\nContent-Encoding: zstd\r\nContent-Length: 2\r\n\r\n{}'),
    { reason: 'auth_failed', httpStatus: 401 },
  ],
  ['headers broken off', (socket) => socket.end(ok), { reason: 'connection_lost' }],
  [
    'an endless body',
    (socket) => {
      socket.write(`${ok}\r\n`);
      endlessly(socket, Buffer.alloc(256 * 1024, ' '), 1);
    },
    { reason: 'malformed_response', detail: 'body over 1048576 bytes' },
  ],
  [
    'a gzip bomb',
    (socket) => {
      socket.end(
        Buffer.concat([
          Buffer.from(`${ok}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`),
          bomb,
        ]),
      );
    },
    { reason: 'malformed_response', detail: 'body over 1048576 bytes' },
  ],
  [
    'gzip that is none',
    (socket) =>
      socket.end(`${ok}Content-Encoding: gzip\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`),
    { reason: 'malformed_response', httpStatus: 200 },
  ],
  [
    'gzip cut short',
    (socket) => {
      const half = gzipSync(answer).subarray(0, 40);
      socket.end(
        Buffer.concat([Buffer.from(`${ok}Content-Encoding: gzip\r\nContent-Length: 40\r\n\r\n`), half]),
      );
    },
    { reason: 'malformed_response' },
  ],
  [
    'two layers of gzip',
    (socket) => {
      const twice = gzipSync(gzipSync(answer));
      const head = `${ok}Content-Encoding: gzip, gzip\r\nContent-Length: ${twice.length}\r\n\r\n`;
      socket.end(Buffer.concat([Buffer.from(head), twice]));
    },
    { reason: 'malformed_response', detail: 'content-encoding "gzip, gzip" is not supported' },
  ],
  [
    'compressed bytes that say nothing of it',
    (socket) => {
      const bytes = gzipSync(answer);
      socket.end(Buffer.concat([Buffer.from(`${ok}Content-Length: ${bytes.length}\r\n\r\n`), bytes]));
    },
    { reason: 'malformed_response', detail: "not the API's answer: bytes that are no text" },
  ],
  [
    'bytes that are not HTTP',
    (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
    { reason: 'malformed_response' },
  ],
  [
    'a header larger than 16 KiB',
    (socket) => socket.end(`${ok}X-Large: ${'x'.repeat(20_000)}\r\n\r\n`),
    { reason: 'malformed_response' },
  ],
  [
    'a 200 without a byte',
    (socket) => socket.end(`${ok}Content-Length: 0\r\n\r\n`),
    { reason: 'malformed_response', detail: "not the API's answer: empty body" },
  ],
  [
    'a login page',
    (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n<!doctype html><title>Log in</title>'),
    { reason: 'malformed_response', detail: 'not the API\'s answer: HTML page "Log in"' },
  ],
  [
    'a redirect',
    (socket) =>
      socket.end('HTTP/1.1 307 T\r\nLocation: /login?session=sk-secret-value\r\nContent-Length: 0\r\n\r\n'),
    {
      reason: 'redirected',
      outcome: 'unknown',
      detail: expect.stringMatching(/^redirect to http:.*\/login$/) as unknown as string,
    },
  ],
  [
    'a reply that nothing has changed',
    (socket) => socket.end('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'),
    { reason: 'malformed_response', detail: 'HTTP 304 (not modified) without an answer', httpStatus: 304 },
  ],
  [
    'a refusal whose body lies about gzip',
    (socket) => socket.end('HTTP/1.1 502 Bad\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nbad'),
    { reason: 'gateway_error', httpStatus: 502 },
  ],
  [
    'a refusal with an endless body',
    (socket) => {
      socket.write('HTTP/1.1 401 No\r\n\r\n');
      endlessly(socket, Buffer.alloc(256 * 1024, ' '), 1);
    },
    { reason: 'auth_failed', httpStatus: 401 },
  ],
];

describe('connection fault', () => {
  it.each(faults)('reports %s and keeps the deadline', async (_name, talk, wanted) => {
    const result = await against(talk);
    expect(result).toMatchObject(wanted);
    expect(result.durationMs).toBeLessThan(timeoutMs + 250);
  });

  it('reports a refused connection', async () => {
    const port = await withServer(
      listenTcp(() => undefined),
      (free) => Promise.resolve(free),
    );
    const result = await checkOnce(modelAt(`http://127.0.0.1:${port}/v1`));
    expect(result).toMatchObject({
      reason: 'connect_error',
      outcome: 'unhealthy',
      phases: {},
    });
    expect(result.detail).toContain('ECONNREFUSED');
  });

  it('reports a host that does not exist', async () => {
    const result = await checkOnce(modelAt('http://nothing.invalid/v1'));
    expect(result).toMatchObject({ reason: 'dns_error', outcome: 'unhealthy', httpStatus: null });
  });

  it('reports a hanging look-up as dns_error', async () => {
    const result = await checkOnce(modelAt('http://model.test/v1', { timeoutMs: 300 }), {
      lookup: () => undefined,
    });
    expect(result.reason).toBe('dns_error');
    expect(result.detail).toBe('look-up of model.test not answered: no connection within 150 ms');
  });

  it.each([
    ['an IP address', '127.0.0.1', (port: number) => `http://127.0.0.1:${port}`],
    ['an IPv6 address', '::1', (port: number) => `http://[::1]:${port}`],
    ['a secure address', '127.0.0.1', (port: number) => `https://127.0.0.1:${port}`],
    ['a name of the hosts file', '127.0.0.1', (port: number) => `http://localhost:${port}`],
  ])('reports a timeout for a connection to %s that is never established', async (_name, host, at) => {
    await withServer(listenMute(host), async (port) => {
      const result = await checkOnce(modelAt(`${at(port)}/v1`, { timeoutMs: 2_000 }));
      expect(result).toMatchObject({ reason: 'timeout', detail: 'no connection within 1 s' });
    });
  });

  it.each(['http', 'https'])(
    'blames the network for a proxy connection that is never established, for %s',
    async (scheme) => {
      await withServer(listenMute('127.0.0.1'), async (port) => {
        const endpoint = { proxy: `http://127.0.0.1:${port}` };
        const result = await checkOnce(modelAt(`${scheme}://model.test/v1`, { timeoutMs: 2_000, endpoint }));
        expect(result).toMatchObject({
          reason: 'connect_error',
          detail: `the proxy 127.0.0.1:${port}: no connection within 1 s`,
        });
      });
    },
  );

  it('ends at once when aborted', async () => {
    const stopping = new AbortController();
    const result = withServer(
      listenHttp(() => stopping.abort()),
      (port) =>
        checkOnce(modelAt(`http://127.0.0.1:${port}/v1`, { timeoutMs: 60_000 }), { signal: stopping.signal }),
    );
    expect((await result).reason).toBe('internal_error');
    expect(await checkOnce(modelAt('http://127.0.0.1:1'), { signal: AbortSignal.abort() })).toMatchObject({
      reason: 'internal_error',
    });
  });

  it('closes its connection', async () => {
    let closed: Promise<unknown> | null = null;
    await withServer(
      listenTcp((socket) => {
        closed = once(socket, 'close');
      }),
      async (port) => {
        const options = { clock: systemClock, userAgent: 'test', reuseConnections: false, env: {} };
        const { check, close } = createProber(options);
        await check(modelAt(`http://127.0.0.1:${port}/v1`, { timeoutMs: 100 }), new AbortController().signal);
        expect(closed).not.toBeNull();
        await closed;
        close();
      },
    );
  });
});
