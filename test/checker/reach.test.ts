import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Path } from '../../src/checker/path.js';
import { createReach } from '../../src/checker/reach.js';
import { freePort } from '../app/free-port.js';
import { identity, opened } from './network.js';
import { everythingIsHere } from './probing.js';
import { listenHttp, listenHttps } from './server.js';
import { listenUplink } from './uplink.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What becomes of a path on which a reply is asked for. */
async function reaches(
  {
    by = 'tls',
    port,
    through,
  }: { readonly by?: Path['by']; readonly port: number; readonly through?: number },
  lookup = everythingIsHere,
): Promise<boolean> {
  const host = 'a.test';
  const path: Path =
    through === undefined
      ? { host, port, proxy: null, by, asks: 'reply' }
      : { host, port, proxy: `http://127.0.0.1:${through}`, by };
  const { signal } = new AbortController();
  const { reached } = await createReach({ lookup, env: {} })([path], { timeoutMs: 3_000, signal });
  return reached;
}

/** A server that does this with each connection. */
async function serving(serve: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const kept = async <T extends { close(): unknown }>(starting: Promise<T>): Promise<T> => {
  const server = await starting;
  closing.push(() => server.close());
  return server;
};

describe('a peer that is asked for a reply', () => {
  it('is not reached where nobody accepts the connection, or has its name', async () => {
    const port = await freePort();
    expect(await reaches({ port })).toBe(false);
    expect(await reaches({ port, by: 'request' })).toBe(false);
    const nobody: typeof everythingIsHere = (_name, _options, callback) => {
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 4);
    };
    expect(await reaches({ port }, nobody)).toBe(false);
    expect(await reaches({ port, by: 'request' }, nobody)).toBe(false);
  });

  it('is not reached where the connection is accepted, but TLS is not spoken', async () => {
    expect(await reaches({ port: await serving((socket) => socket.destroy()) })).toBe(false);
    expect(await reaches({ port: await serving(() => undefined) })).toBe(false);
  });

  it('is reached with any reply, and without one where it speaks TLS and nobody is known to do so in its place', async () => {
    const answers = await kept(listenHttps(identity(), (_, response) => response.writeHead(404).end()));
    const closes = await kept(listenHttps(identity(), ({ socket }) => void socket.destroy()));
    const waits = await kept(listenHttps(identity(), () => undefined));
    const plain = await kept(listenHttp((_, response) => response.writeHead(500).end()));
    const other = await serving((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { port: through } = await opened(listenUplink());
    for (const { port } of [answers, closes, waits]) expect(await reaches({ port, through })).toBe(true);
    for (const { port } of [answers, { port: other }]) expect(await reaches({ port })).toBe(true);
    for (const { port } of [closes, waits]) expect(await reaches({ port })).toBe(false);
    expect(await reaches({ port: plain.port, by: 'request' })).toBe(true);
  });

  it('is reached if it wants a certificate of the client', async () => {
    const strict = { ...identity(), requestCert: true, rejectUnauthorized: true };
    const { port } = await kept(listenHttps(strict, (_, response) => response.end()));
    expect(await reaches({ port })).toBe(true);
  });

  it('is not reached where a proxy replies that it is not', async () => {
    const squid = { server: 'squid', 'x-squid-error': 'ERR_CONNECT_FAIL 101' };
    const { port } = await kept(
      listenHttps(identity(), (_, response) => response.writeHead(503, squid).end()),
    );
    expect(await reaches({ port })).toBe(false);
  });
});
