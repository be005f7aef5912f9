import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import { modelAt } from './model.js';
import { completion } from './server.js';

const answer = completion('New Delhi');
const reply = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`;

let end = (): Promise<void> => Promise.resolve();
afterEach(() => end());

/** A server that does \`next(n, socket)\` with the n-th request (from 0) of each connection, and a prober that reuses connections. */
async function site(next: (n: number, socket: Socket) => void) {
  let requests = 0;
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    let seen = 0;
    connections += 1;
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', (data) => {
      if (!data.toString().startsWith('POST')) return;
      requests += 1;
      next(seen, socket);
      seen += 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let retries = 0;
  const prober = createProber({
    clock: systemClock,
    userAgent: 'test',
    reuseConnections: true,
    retried: () => (retries += 1),
    env: {},
  });
  end = async () => {
    prober.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  const model = modelAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, {
    timeoutMs: 10_000,
  });
  return {
    check: () => prober.check(model, new AbortController().signal),
    counts: () => ({ requests, connections, retries }),
  };
}

describe('kept-alive connection', () => {
  it('closed by the peer causes one counted retry on a new connection, and no failure', async () => {
    const { check, counts } = await site((n, socket) => {
      if (n === 0) socket.write(reply);
      else socket.resetAndDestroy();
    });
    expect((await check()).reason).toBe('ok');
    expect((await check()).reason).toBe('ok');
    expect(counts()).toEqual({ requests: 3, connections: 2, retries: 1 });
  });

  it('is reported as lost if part of a reply arrived', async () => {
    const { check, counts } = await site((n, socket) => {
      if (n === 0) socket.write(reply);
      else socket.write('HTTP/1.1 2', () => socket.destroy());
    });
    expect((await check()).reason).toBe('ok');
    expect((await check()).reason).toBe('connection_lost');
    expect(counts()).toEqual({ requests: 2, connections: 1, retries: 0 });
  });

  it('is reported as lost if the new connection is closed as well, or if it was not reused', async () => {
    let broken = false;
    const { check, counts } = await site((n, socket) => {
      if (n === 0 && !broken) socket.write(reply);
      else socket.resetAndDestroy();
    });
    expect((await check()).reason).toBe('ok');
    broken = true;
    expect((await check()).reason).toBe('connection_lost');
    expect(counts()).toEqual({ requests: 3, connections: 2, retries: 1 });
    expect((await check()).reason).toBe('connection_lost');
    expect(counts()).toEqual({ requests: 4, connections: 3, retries: 1 });
  });
});
