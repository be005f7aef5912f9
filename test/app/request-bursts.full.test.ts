import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { startDaemon, type RunningDaemon } from './process.js';
import { excessive, hasMeter, metered, meterOf } from './meter.js';
import { useSite } from './registry.js';

const site = useSite();
const sockets: Socket[] = [];
let running: RunningDaemon | null = null;
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  running?.child.kill('SIGKILL');
  await running?.ended;
});

/** As many as the daemon takes of two addresses. */
const connections = 1_000;
const most = { heldMs: 50, grownMb: 64 };

/** What each connection sends first, and what all send at one moment. */
const head = 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n';
const bursts: readonly (readonly [string, string, string])[] = [
  ['the end of a request', `${head}X-A: b`, '\r\n\r\n'],
  ['eight requests', '', `${head}\r\n`.repeat(8)],
  ['a request with many headers', '', `${head}${'a:b\r\n'.repeat(1_900)}\r\n`],
  ['two of them', '', `${head}${'a:b\r\n'.repeat(1_900)}\r\n`.repeat(2)],
  ['more headers than are read', '', `${head}${'a:b\r\n'.repeat(6_000)}\r\n`],
  ['a long address', '', `GET /${'%41/'.repeat(3_500)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
  ['a body in single bytes', '', `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(8_000)}`],
  ['what is not HTTP', '', '\0\0\0'],
  // The daemon closes all of them when their time is over.
  ['nothing more', `${head}X-A: b`, ''],
];

/** A connection that has sent the first part; `ended` resolves with an answer or without. */
async function open(port: number, index: number, first: string) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 2)}` });
  sockets.push(socket);
  const ended = new Promise<void>((resolve) => {
    socket
      .on('error', () => undefined)
      .on('data', () => resolve())
      .on('close', () => resolve());
  });
  await once(socket, 'connect');
  if (first !== '') socket.write(first);
  return { socket, ended };
}

(hasMeter ? it : it.skip)(
  'holds the main thread for less than 50 ms and 64 MB for what 1,000 clients without a token send at one moment',
  async () => {
    const { configure, model, folder } = site();
    const token = 'token-0123456789abcdef';
    const config = configure([model('healthy')], {
      server: { listen: '127.0.0.1:0', bearer_token: token },
    });
    running = await startDaemon(config, metered(folder));
    const meter = meterOf(running);
    const port = Number(new URL(running.url).port);
    // What the first answers need once is not of the burst.
    for (let turn = 0; turn < 30; turn += 1) await running.get('/metrics');

    const found = await excessive(bursts, most, async ([, first, rest]) => {
      const opened = [];
      for (let index = 0; index < connections; index += 1) opened.push(await open(port, index, first));
      // The answer comes behind the first parts.
      await running!.get('/livez');
      await meter.begin();
      for (const { socket } of opened) if (rest !== '') socket.write(rest);
      await Promise.all(opened.map(({ ended }) => ended));
      const used = await meter.end();
      const closed = opened.filter(({ socket }) => !socket.closed).map(({ socket }) => once(socket, 'close'));
      for (const { socket } of opened) socket.destroy();
      await Promise.all(closed);
      return used;
    });
    expect(found.map(([[what], used]) => [what, used])).toEqual([]);
  },
  90_000,
);
