import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { pace } from '../../../src/checker/transport/pace.js';
import { createTimedTurns, partBytes } from '../../../src/checker/transport/timed-turns.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../certificates/${name}`, import.meta.url), 'utf8');

/** Reads connections slowly, and keeps the most bytes and pieces of one turn of the loop. */
function readSlowly(...sockets: Socket[]): { bytes: number; pieces: number; all: number } {
  const most = { bytes: 0, pieces: 0, all: 0 };
  let turn = { bytes: 0, pieces: 0 };
  for (const socket of sockets)
    socket.on('data', ({ length }: Buffer) => {
      if (turn.pieces === 0) setImmediate(() => (turn = { bytes: 0, pieces: 0 }));
      turn.bytes += length;
      turn.pieces += 1;
      most.bytes = Math.max(most.bytes, turn.bytes);
      most.pieces = Math.max(most.pieces, turn.pieces);
      most.all += length;
      // Longer than a turn.
      const from = performance.now();
      while (performance.now() < from + 1.2);
    });
  return most;
}

async function accepting<S extends Server>(server: S): Promise<{ server: S; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('pace of a connection', () => {
  it('limits the bytes read in one turn of the event loop to a part, on all connections together', async () => {
    const size = 256 * 1024;
    const { server, port } = await accepting(createServer((peer) => peer.end(Buffer.alloc(size))));
    const turns = createTimedTurns();
    const clients = Array.from({ length: 8 }, () => connectTcp(port, '127.0.0.1'));
    try {
      for (const client of clients) pace(client, turns);
      const most = readSlowly(...clients);
      await Promise.all(clients.map((client) => once(client, 'close')));
      expect(most.all).toBe(8 * size);
      expect(most.bytes).toBeLessThanOrEqual(partBytes);
    } finally {
      for (const client of clients) client.destroy();
      server.close();
    }
  });

  it('limits the TLS records read in one turn, even with one byte each', async () => {
    const count = 600;
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
      pace(client, createTimedTurns());
      const most = readSlowly(client);
      await once(client, 'close');
      expect(most.all).toBe(count);
      expect(most.pieces).toBeLessThanOrEqual(64);
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
      pace(client, createTimedTurns());
      let read = 0;
      client.on('data', ({ length }: Buffer) => (read += length));
      await once(client, 'data');
      client.pause();
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

  it('is read to its end though a write failed, and ends at once when its reader ends it', async () => {
    const { server, port } = await accepting(
      createServer((peer) => peer.on('error', () => undefined).end(Buffer.alloc(60_000))),
    );
    const failure = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
    try {
      for (const error of [failure, undefined, new Error('given up')]) {
        const client = connectTcp(port, '127.0.0.1');
        pace(client, createTimedTurns());
        let read = 0;
        client.on('data', ({ length }: Buffer) => {
          if (read === 0) client.destroy(error);
          read += length;
        });
        const errors: Error[] = [];
        client.on('error', (told) => errors.push(told));
        await new Promise<void>((resolve) => client.once('close', () => resolve()));
        expect(errors).toEqual(error === undefined || error === failure ? [] : [error]);
        expect(read).toBe(error === failure ? 60_000 : partBytes);
      }
    } finally {
      server.close();
    }
  });
});

describe('turns of connections', () => {
  it('let usual reads pass at once until 16 KiB were read in a turn or another waits', async () => {
    const turns = createTimedTurns();
    expect(turns.free(partBytes + 1)).toBe(false);
    expect(Array.from({ length: 5 }, () => turns.free(partBytes))).toEqual([true, true, true, false, false]);
    await new Promise(setImmediate);
    expect(turns.free(1_000)).toBe(true);
    const calls: string[] = [];
    turns.soon(() => calls.push('waited'));
    expect(turns.free(1_000)).toBe(false);
    await new Promise(setImmediate);
    expect([calls, turns.free(1_000)]).toEqual([['waited'], true]);
  });
});
