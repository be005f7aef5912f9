import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createAgents } from '../../../src/checker/transport/agents.js';
import { exchange } from '../../../src/checker/transport/exchange.js';
import { createShared } from '../../../src/checker/transport/exchange-limits.js';
import { createLookup } from '../../../src/checker/transport/lookup.js';
import { createTimeLimit } from '../../../src/checker/transport/time-limit.js';
import type { StreamReading } from '../../../src/checker/verdict/stream-reading.js';
import { systemClock } from '../../../src/domain/clock.js';
import { withServer } from '../probing.js';
import { listenHttp, listenTcp } from '../server.js';

const reading = (push: (chunk: Buffer) => void): StreamReading => ({
  begun: true,
  spoke: false,
  ended: false,
  closed: false,
  events: 0,
  draft: { text: '', reasoning: '' } as StreamReading['draft'],
  error: null,
  fault: null,
  push,
  end: () => undefined,
});

describe('streams that end at one moment', () => {
  it('are read in turns of the event loop, whole and in order', async () => {
    const streams = 12;
    const body = Buffer.from(Array.from({ length: 60_000 }, (_, n) => `${n} `).join(''));
    const held: ServerResponse[] = [];
    const server = listenHttp((_request, response) => {
      held.push(response);
      if (held.length === streams) for (const each of held) each.end(body);
    });
    await withServer(server, async (port) => {
      const shared = createShared();
      const turns = shared.tls;
      const agents = createAgents({ lookup: createLookup(), reuseConnections: false, env: {}, turns });
      const clock = systemClock;
      let pieces = 0;
      let most = 0;
      const read = async (): Promise<Buffer> => {
        const got: Buffer[] = [];
        const push = (chunk: Buffer): void => {
          if (pieces === 0) void setImmediate().then(() => (pieces = 0));
          pieces += chunk.length < 4_096 ? 0 : 1;
          most = Math.max(most, pieces);
          got.push(chunk);
        };
        const url = `http://127.0.0.1:${port}/`;
        const route = await agents.routeFor(new URL(url), { tls: { insecure: false }, proxy: null });
        const { signal } = new AbortController();
        const limit = createTimeLimit({ clock, timeoutMs: 60_000, signal });
        const done = await exchange(
          { method: 'POST', url, headers: {}, body: '{}' },
          { route, timeoutMs: 60_000, limit, clock, reading: reading(push), shared },
        );
        expect(done.fault).toBeNull();
        return Buffer.concat(got);
      };
      const all = await Promise.all(Array.from({ length: streams }, read));
      agents.close();
      for (const got of all) expect(got.equals(body)).toBe(true);
      // The last piece of a turn may be more than has room; pieces are of up to 64 KiB.
      expect(most).toBeLessThanOrEqual(4);
    });
  });

  it('are read to the reset that follows their end, however late their turn', async () => {
    const server = listenTcp((socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      for (const piece of ['one ', 'two ', 'end']) socket.write(`${piece.length}\r\n${piece}\r\n`);
      socket.end();
    });
    await withServer(server, async (port) => {
      const waiting: (() => void)[] = [];
      const shared = {
        ...createShared(),
        turns: { take: (_bytes: number, work: () => void) => void waiting.push(work) },
      };
      const turns = shared.tls;
      const agents = createAgents({ lookup: createLookup(), reuseConnections: false, env: {}, turns });
      let got = '';
      const url = `http://127.0.0.1:${port}/`;
      const route = await agents.routeFor(new URL(url), { tls: { insecure: false }, proxy: null });
      const { signal } = new AbortController();
      const clock = systemClock;
      const limit = createTimeLimit({ clock, timeoutMs: 60_000, signal });
      const done = exchange(
        { method: 'POST', url, headers: {}, body: '{}' },
        {
          route,
          timeoutMs: 60_000,
          limit,
          clock,
          reading: reading((chunk) => (got += chunk.toString())),
          shared,
        },
      );
      const agent = Reflect.get(route, 'agent') as { sockets: object };
      // All has come, and the connection is gone, before the first piece has its turn.
      while (waiting.length === 0 || Object.keys(agent.sockets).length > 0) await setImmediate();
      for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) work();
      expect((await done).fault?.reason).toBe('connection_lost');
      expect(got).toBe('one two end');
      agents.close();
    });
  });
});
