import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pacedConnection } from '../../../src/checker/transport/paced-connection.js';
import { createTimedTurns } from '../../../src/checker/transport/timed-turns.js';

let stop: () => void = () => undefined;
let peers: readonly Socket[] = [];
const accepted = (): readonly Socket[] => peers;
afterEach(() => stop());

/** A stream over a connection to a server that does this with its end. */
async function connected(serve: (socket: Socket) => void, turns = createTimedTurns()) {
  const accepted: Socket[] = [];
  peers = accepted;
  const server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  stop = () => {
    for (const socket of [raw, ...accepted]) socket.destroy();
    server.close();
  };
  return { raw, stream: pacedConnection(raw, turns) };
}

/** Reads a stream, and keeps the most bytes of one turn of the event loop. */
function readInTurns(stream: Duplex): { most: number } {
  const read = { most: 0 };
  let turn = 0;
  stream.on('data', ({ length }: Buffer) => {
    if (turn === 0) setImmediate(() => (turn = 0));
    turn += length;
    read.most = Math.max(read.most, turn);
  });
  return read;
}

describe('paced connection', () => {
  it('is read in parts of 4 KiB, one per turn of the event loop while reading is slow', async () => {
    const sent = Buffer.alloc(512 * 1024, 'abcdefg');
    const { stream } = await connected((socket) => socket.end(sent));
    const got: Buffer[] = [];
    const read = readInTurns(stream);
    stream.on('data', (part: Buffer) => {
      got.push(part);
      const from = performance.now();
      while (performance.now() < from + 1.5);
    });
    await once(stream, 'end');
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    expect(read.most).toBeLessThanOrEqual(4 * 1024);
  });

  it('is read at full speed while reading is fast, even if turns of the loop are slow', async () => {
    const { stream } = await connected((socket) => socket.end(Buffer.alloc(1024 * 1024)));
    const read = readInTurns(stream);
    await once(stream, 'end');
    expect(read.most).toBeGreaterThan(8 * 1024);
  });

  it('can be written to after the peer has ended its side', async () => {
    const { stream } = await connected((socket) => socket.resume().end('bye'));
    stream.resume();
    await once(stream, 'end');
    stream.end('goodbye');
    await once(stream, 'finish');
    expect(stream.errored).toBeNull();
  });

  it('delivers all that came before a reset, however late its turn is, and though a write failed', async () => {
    const works: (() => void)[] = [];
    let raw: Socket | null = null;
    // From the first byte on, its turn does not come.
    const soon = (work: () => void): void => {
      if ((raw?.bytesRead ?? 0) > 0) works.push(work);
      else setImmediate(work);
    };
    const said = ['refused, ', 'for this ', 'reason'];
    const connection = await connected(
      (socket) => {
        const say = (): void => {
          const text = said.shift();
          if (text === undefined) socket.resetAndDestroy();
          else socket.write(text, () => setTimeout(say, 20));
        };
        say();
      },
      { ...createTimedTurns(), soon },
    );
    raw = connection.raw;
    const { stream } = connection;
    let got = '';
    stream.on('data', (part: Buffer) => (got += part.toString()));
    const failed = once(stream, 'error').catch((thrown: unknown) => [thrown]) as Promise<[object]>;
    while (!accepted().some((socket) => socket.closed)) {
      stream.write('more of the question');
      await new Promise(setImmediate);
    }
    const turning = setInterval(() => {
      for (const work of works.splice(0)) work();
    }, 1);
    expect(await failed).toMatchObject([
      { code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/) as unknown },
    ]);
    clearInterval(turning);
    expect(got).toBe('refused, for this reason');
  });

  it('fails when the connection fails', async () => {
    const { stream } = await connected((socket) => socket.resetAndDestroy());
    stream.resume();
    const [error] = (await once(stream, 'error').catch((thrown: unknown) => [thrown])) as [object];
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });
});
