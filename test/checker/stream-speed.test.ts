import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTrace } from '../../src/checker/transport/trace.js';
import { createPieces } from '../../src/checker/transport/turns.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import { tokensPerSecond } from '../../src/domain/speed.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { listenHttp } from './server.js';

describe('a streamed answer', () => {
  let simulator: RunningSimulator;
  beforeAll(async () => {
    simulator = await createSimulator().listen(0, '127.0.0.1');
  });
  afterAll(() => simulator.close());

  const check = (modelName: string, slow: Partial<Model['slow']> = {}) =>
    checkOnce(
      modelAt(`${simulator.url}/v1`, {
        modelName,
        probe: 'chat_stream',
        timeoutMs: 60_000,
        slow: { durationMs: null, firstTokenMs: null, ...slow },
      }),
    );

  it('has the throughput and the longest gap between its chunks', async () => {
    const result = await check('fluent', { tokensPerSecond: 0.01, gapMs: 60_000 });
    const { reason, speed, firstTokenMs, durationMs } = result;
    expect(reason).toBe('ok');
    expect(speed!.firstTextMs).toBe(firstTokenMs);
    expect(speed!.firstReasoningMs).toBeNull();
    expect(firstTokenMs! + speed!.contentMs!).toBeLessThanOrEqual(durationMs!);
    // Some 35 words, each 25 ms behind the last.
    expect(speed!.contentMs!).toBeGreaterThan(500);
    expect(speed!.gapMs!).toBeGreaterThan(5);
    expect(tokensPerSecond(result)).toBeCloseTo(
      ((result.usage!.outputTokens - 1) * 1_000) / Math.round(speed!.contentMs!),
      6,
    );
  });

  it('at half the speed is slow below the least throughput, with the figures', async () => {
    const { reason, outcome, detail } = await check('latched-0s', { tokensPerSecond: 100 });
    expect([reason, outcome]).toEqual(['slow', 'degraded']);
    expect(detail).toMatch(/^wrote [\d.]+ tokens\/s, under 100 tokens\/s$/);
  });

  it('that stands still for too long is slow, with the figures', async () => {
    const { reason, detail, speed } = await check('gap-400ms', { gapMs: 250 });
    expect([reason, speed!.gapMs! > 250]).toEqual(['slow', true]);
    expect(detail).toMatch(/^the answer stood still for \d+ ms, over 250 ms$/);
  });

  it('that comes at once has no throughput and no gap', async () => {
    const events =
      'New Delhi, which lies on the river Yamuna and is the seat of the government of all of India'
        .split(' ')
        .map((word) => `data: {"choices":[{"delta":{"content":"${word} "}}]}\n\n`);
    const usage = '"usage":{"prompt_tokens":9,"completion_tokens":40}';
    const body = `${events.join('')}data: {"choices":[],${usage}}\n\ndata: [DONE]\n\n`;
    const server = listenHttp((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body);
    });
    await withServer(server, async (port) => {
      const model = modelAt(`http://127.0.0.1:${port}`, {
        probe: 'chat_stream',
        slow: { durationMs: null, firstTokenMs: null, tokensPerSecond: 1_000, gapMs: 1 },
      });
      const { reason, speed } = await checkOnce(model);
      expect([reason, speed!.contentMs, speed!.gapMs]).toEqual(['ok', null, null]);
    });
  });
});

describe('the time of a piece', () => {
  it('is that of its arrival, also where it waits and others come behind it', () => {
    const read: (readonly [string, number])[] = [];
    const waiting: (() => void)[] = [];
    const turns = { take: (_bytes: number, work: () => void) => void waiting.push(work) };
    const pieces = createPieces(turns, (piece, at) => read.push([piece.toString(), at]));
    for (const [piece, at] of [
      ['a', 100],
      ['b', 104],
      ['c', 150],
      ['d', 300],
    ] as const)
      pieces.push(Buffer.from(piece), at);
    for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) work();
    expect(read).toEqual([
      ['ab', 104],
      ['c', 150],
      ['d', 300],
    ]);
  });

  it('is not that of its reading, which other connections may delay', () => {
    const trace = createTrace(systemClock);
    const request = Object.assign(new EventEmitter(), { reusedSocket: true, host: '127.0.0.1' });
    const arrivedAt = performance.now();
    const connection = { received: () => 0, arrivedAt: () => arrivedAt };
    trace.watch(request as unknown as ClientRequest, true, () => undefined, connection);
    request.emit('socket', { bytesRead: 0 });
    const until = performance.now() + 30;
    while (performance.now() < until);
    expect(trace.arrivedMs()).toBeLessThan(trace.elapsedMs() - 25);
  });
});
