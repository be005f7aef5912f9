import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';
import { inFull } from '../slow.js';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** All that the server answers to these bytes before it closes the connection. */
async function said(url: string, bytes: string): Promise<string> {
  const socket = open(url);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

const serve = () => startServer(createFakeBackend({ views: [sampleView('a')] }));

describe('malicious client', () => {
  it.each([
    ['GET', '/livez'],
    ['GET', '/readyz'],
    ['GET', '/metrics'],
    ['GET', '/api/v1/models'],
    ['POST', '/api/v1/model-health'],
    ['DELETE', '/livez'],
    ['OPTIONS', '/nowhere'],
  ])('is refused with two Host headers on %s %s', async (method, path) => {
    const { url } = await serve();
    const hosts = 'Host: localhost\r\nHost: localhost\r\n';
    const answer = await said(url, `${method} ${path} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"bad_request"');
  });

  inFull(
    'cannot hold a connection by sending its headers slowly',
    async () => {
      const { url } = await serve();
      const socket = open(url);
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
      const drip = setInterval(() => socket.write('X-A: b\r\n'), 500);
      socket.resume();
      await once(socket, 'close');
      clearInterval(drip);
    },
    30_000,
  );

  inFull('cannot block others with 500 idle connections', async () => {
    const { url, ask } = await serve();
    const idle = Array.from({ length: 500 }, () => open(url));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect((await ask('/livez')).status).toBe(200);
    expect(idle.filter((socket) => socket.destroyed)).toEqual([]);
  });

  it.each([
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 40'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked'],
    ['a header that breaks its line', 'X-A: b\rX-C: d'],
  ])('cannot smuggle a request with %s', async (_what, headers) => {
    const { url } = await serve();
    const hidden = 'GET /api/v1/models HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await said(url, `POST /-/reload HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${hidden}`);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  it.each(['%0d%0aset-cookie:%20a=b', 'a%0a%0dx:y', '"%0d%0a'])(
    'cannot inject a header with the id %s',
    async (id) => {
      const { ask } = await startServer(createFakeBackend({ views: [sampleView(decodeURIComponent(id))] }));
      for (const path of [`/api/v1/models/${id}`, `/api/v1/models/${id}/checks?format=csv`]) {
        const { headers } = await ask(path);
        expect(headers.has('set-cookie')).toBe(false);
        expect(headers.has('x')).toBe(false);
      }
    },
  );

  it('cannot turn model text into HTML', async () => {
    const id = '<script>alert(1)</script>';
    const { ask } = await startServer(createFakeBackend({ views: [sampleView(id)] }));
    for (const path of [
      '/api/v1/models',
      '/metrics',
      `/api/v1/models/${encodeURIComponent(id)}/checks?format=csv`,
    ]) {
      const { headers } = await ask(path);
      expect(headers.get('content-type')).not.toContain('html');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it.each([
    '/../../etc/passwd',
    '/docs/..%2f..%2f..%2fetc%2fpasswd',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '//etc/passwd',
  ])('cannot read files with %s', async (path) => {
    const { url } = await serve();
    const answer = await said(url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|403|404) /);
    expect(answer).not.toContain('root:');
  });
});
