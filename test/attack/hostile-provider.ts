import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { deflateRawSync, gzipSync } from 'node:zlib';

const kib = 1_024;
const json = (text: string): string =>
  JSON.stringify({
    model: 'm',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
    usage: { prompt_tokens: 1e30, completion_tokens: -12.5 },
  });
const reply = (body: string | Buffer, headers = 'Content-Type: application/json\r\n', status = '200 OK') =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status}\r\nConnection: close\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body),
  ]);
const streamed = (events: string): Buffer => reply(events, 'Content-Type: text/event-stream\r\n');
const delta = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`;

/** Sends `piece` again and again until the peer has had enough. */
function flood(head: string, piece: Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.write(head);
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
  };
}

const chunkedHead = (headers: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${headers}Transfer-Encoding: chunked\r\n\r\n`;
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
const emptyBlock = deflateRawSync('').subarray(0, 1);

/** What providers send whose only aim is to hold up or to fill the monitor, by name. */
export const attacks: Readonly<Record<string, Buffer | ((socket: Socket) => void)>> = {
  'combining-marks': reply(json(`a${'\u0301'.repeat(400 * kib)}`)),
  'many-marks': reply(json('\u0301\u0327'.repeat(200 * kib))),
  'one-letter': reply(json('a'.repeat(900 * kib))),
  slashes: reply(json('model/'.repeat(150 * kib))),
  quotas: reply('quota limit '.repeat(80 * kib), 'Content-Type: text/plain\r\n', '429 Too Many Requests'),
  stars: reply(json('*'.repeat(900 * kib))),
  deep: reply('['.repeat(500 * kib)),
  'deep-objects': reply('{"error":'.repeat(100 * kib)),
  members: reply(JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`k${n}`, n])))),
  'no-json': reply('x'.repeat(1_000 * kib)),
  surrogates: reply(json('\ud800'.repeat(100 * kib))),
  'error-list': reply(
    JSON.stringify({ errors: Array.from({ length: 20_000 }, () => ({ message: 'model not found' })) }),
    'Content-Type: application/json\r\n',
    '400 Bad Request',
  ),
  'empty-events': streamed('data: {}\n\n'.repeat(90 * kib)),
  'many-events': streamed(delta('a').repeat(8 * kib)),
  'one-line': streamed(`data: ${'a'.repeat(900 * kib)}`),
  'no-ends': streamed('data:'.repeat(180 * kib)),
  zipped: reply(
    gzipSync(Buffer.alloc(256 * kib * kib)),
    'Content-Type: application/json\r\nContent-Encoding: gzip\r\n',
  ),
  'many-headers': reply(
    '{}',
    Array.from({ length: 400 }, (_, n) => `X-Header-${n}: ${'v'.repeat(20)}\r\n`).join(''),
  ),
  'huge-retry': reply(
    '{}',
    'Retry-After: 1e400\r\nX-RateLimit-Remaining-Requests: -1e99\r\n',
    '429 Slow Down',
  ),
  'endless-chunks': flood(chunkedHead(''), chunk(Buffer.alloc(16 * kib, ' '))),
  'endless-blocks': flood(
    chunkedHead('Content-Encoding: deflate\r\n'),
    chunk(Buffer.alloc(16 * kib, emptyBlock)),
  ),
  'endless-header': flood('HTTP/1.1 200 OK\r\nX-Long: ', Buffer.alloc(16 * kib, 'a')),
  'endless-provisional': flood('', Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100))),
  'endless-lines': flood('', Buffer.alloc(16 * kib, '\r\n')),
  drip: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    const timer = setInterval(() => socket.write(delta('a')), 5);
    socket.on('close', () => clearInterval(timer));
  },
};

/** Answers each request by the first part of its path: with that attack, or well. */
export async function startHostileProvider(): Promise<{ readonly url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', (data) => {
      const name = /^\w+ \/([\w-]+)/.exec(data.toString('latin1'))?.[1] ?? '';
      const attack = attacks[name] ?? reply(json('New Delhi').replace('1e+30', '14').replace('-12.5', '2'));
      if (typeof attack === 'function') attack(socket);
      else socket.end(attack);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
