import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createRequestCounts,
  createSimulator,
  type RunningSimulator,
} from '../../src/simulator/simulator.js';

let simulator: RunningSimulator;
beforeEach(async () => {
  simulator = await createSimulator({ seed: 7 }).listen(0, '127.0.0.1');
});
afterEach(() => simulator.close());

/** Asks over a socket of its own, so that every byte and the end of the connection can be seen. */
function askRaw(model: string): Socket {
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: 'What is the capital of India?' }],
  });
  const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

async function firstBytes(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString('latin1');
}

async function status(model: string): Promise<number | 'reset'> {
  const body = JSON.stringify({ model, messages: [] });
  try {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 'reset';
  }
}

async function statuses(model: string, count: number): Promise<(number | 'reset')[]> {
  const seen: (number | 'reset')[] = [];
  for (let index = 0; index < count; index += 1) seen.push(await status(model));
  return seen;
}

describe('flaky model', () => {
  it('fails about its share of requests, in three ways', async () => {
    const seen = await statuses('flaky-20', 600);
    const failed = seen.filter((answer) => answer !== 200);
    expect(failed.length).toBeGreaterThan(90);
    expect(failed.length).toBeLessThan(150);
    expect(new Set(failed)).toEqual(new Set([500, 502, 'reset']));
  });

  it('fails the same requests in every run, and others with another name or seed', async () => {
    const first = await statuses('flaky-50', 40);
    expect(await statuses('eu/flaky-50', 40)).not.toEqual(first);
    await simulator.close();
    simulator = await createSimulator({ seed: 7 }).listen(0, '127.0.0.1');
    expect(await statuses('flaky-50', 40)).toEqual(first);
    await simulator.close();
    simulator = await createSimulator({ seed: 8 }).listen(0, '127.0.0.1');
    expect(await statuses('flaky-50', 40)).not.toEqual(first);
  });

  it('never fails at 0 and always at 100', async () => {
    expect(new Set(await statuses('flaky-0', 30))).toEqual(new Set([200]));
    expect(await statuses('flaky-100', 30)).not.toContain(200);
  });
});

describe('memory of the simulator', () => {
  it('is limited: the name requested first is forgotten', () => {
    const memory = createRequestCounts(1);
    for (let index = 0; index <= 10_000; index += 1) memory.ask(`name-${index}`, index, '');
    expect(memory.ask('name-1', 20_000, '').firstAsked).toBe(1);
    expect(memory.ask('name-0', 20_000, '').firstAsked).toBe(20_000);
  });
});

describe('transport fault', () => {
  it('resets the connection', async () => {
    const socket = askRaw('reset');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('replies with something that is not HTTP', async () => {
    expect(await firstBytes(askRaw('garbage'))).toMatch(/^SSH-2.0/);
  });

  it('sends fewer bytes than announced', async () => {
    const socket = askRaw('short-body');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'end');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const promised = Number(/content-length: (\d+)/.exec(head)?.[1]);
    expect(head).toContain('200 OK');
    expect(body.length).toBeGreaterThan(0);
    expect(body.length).toBeLessThan(promised);
  });

  it('stops in the middle of the body and keeps the connection open', async () => {
    const socket = askRaw('hang-body');
    expect(await firstBytes(socket)).toContain('200 OK');
    await Promise.race([once(socket, 'end'), wait(200)]);
    expect(socket.readableEnded).toBe(false);
  });

  it('sends one character a second', async () => {
    const socket = askRaw('drip');
    const started = performance.now();
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    while (!text.includes('\r\n\r\n1\r\n{\r\n1\r\n"')) await once(socket, 'data');
    expect(performance.now() - started).toBeGreaterThan(1900);
  });

  it('sends an endless body until the client closes, at the speed of the reader', async () => {
    const before = process.memoryUsage().rss;
    const idle = askRaw('huge').pause();
    const socket = askRaw('huge');
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    while (received < 50 * 1024 * 1024) await once(socket, 'data');
    idle.destroy();
    socket.destroy();
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    expect(await status('healthy')).toBe(200);
  });

  it('sends an endless body that is compressed a thousandfold', async () => {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'accept-encoding': 'identity' },
      body: '{"model":"gzip-bomb"}',
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let unpacked = 0;
    while (unpacked < 20 * 1024 * 1024) unpacked += (await reader.read()).value?.length ?? 0;
    await reader.cancel();
    expect(response.headers.get('content-encoding')).toBe('gzip');
  });

  it('never answers for hang, and closing the simulator ends the request at once', async () => {
    const sockets = ['hang', 'hang-body', 'drip', 'slow-1h', 'huge'].map(askRaw);
    await status('healthy');
    const closed = Promise.all(sockets.map((socket) => once(socket.resume(), 'close')));
    const started = performance.now();
    await Promise.all([simulator.close(), closed]);
    expect(performance.now() - started).toBeLessThan(5_000);
    simulator = await createSimulator().listen(0, '127.0.0.1');
  });
});
