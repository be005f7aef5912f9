import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { pace } from '../../../src/checker/transport/pace.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../certificates/${name}`, import.meta.url), 'utf8');

/** The test starts to count in the middle of a turn: it may see the parts of two. */
const mostBytes = 2 * (64 + 64) * 1024;
const mostPieces = 2 * 256;

/** The most bytes and pieces that come on a paced connection in one turn of the loop, and all bytes. */
async function busiestTurn(socket: Socket): Promise<{ bytes: number; pieces: number; all: number }> {
  const most = { bytes: 0, pieces: 0, all: 0 };
  let turn = { bytes: 0, pieces: 0 };
  socket.on('data', ({ length }: Buffer) => {
    if (turn.pieces === 0) setImmediate(() => (turn = { bytes: 0, pieces: 0 }));
    turn.bytes += length;
    turn.pieces += 1;
    most.bytes = Math.max(most.bytes, turn.bytes);
    most.pieces = Math.max(most.pieces, turn.pieces);
    most.all += length;
  });
  await once(socket, 'close');
  return most;
}

async function accepting<S extends Server>(server: S): Promise<{ server: S; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('pace of a connection', () => {
  it('limits the bytes read in one turn of the event loop', async () => {
    const size = 2 * 1024 * 1024;
    const { server, port } = await accepting(createServer((peer) => peer.end(Buffer.alloc(size))));
    const client = connectTcp(port, '127.0.0.1');
    try {
      pace(client);
      const { bytes, all } = await busiestTurn(client);
      expect(all).toBe(size);
      expect(bytes).toBeLessThanOrEqual(mostBytes);
    } finally {
      client.destroy();
      server.close();
    }
  });

  it('limits the TLS records read in one turn, even with one byte each', async () => {
    const count = 3_000;
    const { server, port } = await accepting(
      createTlsServer({ key: pem('valid.key'), cert: pem('valid.pem') }, (peer) => {
        const send = (left: number): void => {
          if (left === 0) peer.end();
          else peer.write('a', () => send(left - 1));
        };
        send(count);
      }),
    );
    const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    try {
      const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
      const [peer] = await accepted;
      await once(peer, 'finish');
      pace(client);
      const { pieces, all } = await busiestTurn(client);
      expect(all).toBe(count);
      expect(pieces).toBeLessThanOrEqual(mostPieces);
    } finally {
      client.destroy();
      server.close();
    }
  });

  it('leaves a connection paused if its reader paused it', async () => {
    const { server, port } = await accepting(
      createServer((peer) => peer.end(Buffer.alloc(1024 * 1024)).on('error', () => undefined)),
    );
    const client = connectTcp(port, '127.0.0.1');
    try {
      pace(client);
      let read = 0;
      let enough = false;
      await new Promise<void>((resolve) => {
        client.on('data', ({ length }: Buffer) => {
          read += length;
          if (enough || !client.isPaused()) return;
          // It rests now.
          enough = true;
          client.pause();
          resolve();
        });
      });
      const before = read;
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      expect([read, client.isPaused()]).toEqual([before, true]);
      client.resume();
      await once(client, 'close');
      expect(read).toBe(1024 * 1024);
    } finally {
      client.destroy();
      server.close();
    }
  });
});
