import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../src/http/port.js';
import { createServer } from '../../src/http/server.js';
import { sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend, readingOf } from './fake-backend.js';
import { amount, some } from '../slow.js';

const key = 'health-key-0123456789';
const silentMs = 200;

let close: () => Promise<void> = () => Promise.resolve();
afterEach(() => close());

/** A server that closes connections on which nothing moves for `timeoutMs`. */
async function serve(changes: Partial<Backend>, timeoutMs = 60_000): Promise<string> {
  const app = createServer(createFakeBackend({ views: [sampleView('a')] }, changes), {
    version: '1.2.3',
    access: () => ({ token: null, readTokens: [], publicBadges: false }),
    hosts: () => ({ allowed: [], local: true }),
    report: () => undefined,
  });
  app.server.timeout = timeoutMs;
  app.server.setTimeout(timeoutMs);
  close = () => app.close();
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Resolves when it is closed, by a reset or otherwise. */
const closing = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket
      .on('error', () => undefined)
      .once('close', () => {
        resolve();
      });
  });

describe('route that waits for a check', () => {
  const late = async <T>(value: T): Promise<T> => {
    await wait(4 * silentMs);
    return value;
  };
  const answer = () => late({ query: 'q', result: sampleResult() });
  const backend: Partial<Backend> = {
    health: {
      terms: () => ({ enabled: true, apiKeys: [key], ratePerMin: 600 }),
      ask: answer,
      askSaved: answer,
    },
    checkNow: () => late(sampleResult()),
    probe: () => late(sampleResult()),
  };

  it.each([
    ['POST', '/redteam/v3/model-health'],
    ['POST', '/redteam/model-health'],
    ['POST', '/redteam/v3/model/model-health'],
    ['POST', '/redteam/model/model-health'],
    ['POST', '/api/v1/models/a/check'],
    ['GET', '/probe?target=a'],
  ])('answers after more silence than the connection timeout allows: %s %s', async (method, path) => {
    const url = await serve(backend, silentMs);
    const headers = { apikey: key, 'x-enkrypt-model': 'a' };
    const body = method === 'POST' && path.endsWith('/model-health') ? '{}' : null;
    const response = await fetch(url + path, { method, headers, body });
    expect([response.status, (await response.text()).length > 0]).toEqual([200, true]);
  });
});

describe('rejected body', () => {
  const enabled = { terms: () => ({ enabled: true, apiKeys: [key], ratePerMin: 600 }) };
  const posts = [
    ['/redteam/v3/model-health', 413],
    ['/redteam/model-health', 413],
    ['/redteam/v3/model/model-health', 413],
    ['/api/v1/incidents/1/notes', 413],
    ['/api/v1/models/a/exclusions', 413],
    ['/api/v1/models/a/check', 413],
    ['/-/reload', 413],
    ['/metrics', 405],
    ['/nowhere', 413],
  ] as const;

  it.each(some(posts, 3))('of 5 MB receives its reply with a common client: %s %i', async (path, status) => {
    const { health } = createFakeBackend();
    const url = await serve({ health: { ...health, ...enabled } });
    for (let turn = 0; turn < amount(3, 1); turn += 1) {
      const body = 'x'.repeat(5_000_000);
      const response = await fetch(url + path, { method: 'POST', headers: { apikey: key }, body });
      expect([response.status, await response.json()]).toEqual([
        status,
        expect.objectContaining({ message: expect.any(String) }),
      ]);
    }
  });

  it('is drained, so that the connection serves the next request', async () => {
    const { health } = createFakeBackend();
    const url = new URL(await serve({ health: { ...health, ...enabled } }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (let turn = 0; turn < 5; turn += 1) {
      const asking = request({ agent, port: url.port, path: '/redteam/v3/model-health', method: 'POST' });
      asking.setHeader('content-length', 100_000);
      asking.flushHeaders();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      // The answer came before the body.
      asking.end('x'.repeat(100_000));
      expect(response.statusCode).toBe(401);
      sockets.add(response.socket);
      response.resume();
      await once(asking, 'close');
    }
    agent.destroy();
    expect(sockets.size).toBe(1);
  });

  it('is drained only up to a limit', async () => {
    const url = await serve({});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const closed = closing(socket);
    let answered = '';
    socket.on('data', (chunk: Buffer) => (answered += chunk.toString()));
    socket.write('POST /-/reload HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    let sent = 0;
    while (!socket.destroyed && sent < 2_000) {
      sent += 1;
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
    }
    await closed;
    expect(answered).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(2_000);
  });
});

describe('connection with many pipelined requests', () => {
  const clients = amount(20, 5);
  it.each(['/metrics', '/api/v1/models/a/checks?format=csv', '/api/v1/models/a/series'])(
    'is closed before it generates more than a few replies to %s',
    async (path) => {
      let begun = 0;
      const never = () => {
        begun += 1;
        return new Promise<never>(() => undefined);
      };
      const url = await serve({
        readLong: never,
        exposition: () =>
          readingOf(
            (async function* () {
              await never();
            })(),
          ),
      });
      const sockets = Array.from({ length: clients }, () => connect(Number(new URL(url).port), '127.0.0.1'));
      const ended = sockets.map(async (socket) => {
        const closed = closing(socket);
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(5_000));
        return closed;
      });
      await Promise.all(ended);
      expect(begun).toBeLessThanOrEqual(clients * 2);
      expect((await fetch(`${url}/livez`)).status).toBe(200);
    },
  );

  it('is served if the requests are few', async () => {
    const url = await serve({});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});

describe('address with many connections', () => {
  it('has 512 at most, so that others are served', async () => {
    const url = await serve({});
    const port = Number(new URL(url).port);
    const sockets = Array.from({ length: 600 }, () =>
      connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }).resume(),
    );
    const refused = sockets.map(closing);
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    let closed = 0;
    await new Promise<void>((resolve) => {
      for (const one of refused) {
        void one.then(() => {
          closed += 1;
          if (closed === 600 - 512) resolve();
        });
      }
    });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(closed).toBe(600 - 512);
    // Those that leave make room for others.
    for (const socket of sockets) socket.destroy();
    await Promise.all(refused);
    // The server may learn of it behind the client.
    let answer = '';
    while (answer === '') {
      const again = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      again.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      again.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
      await closing(again);
    }
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
