import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ModelEvent } from '../../src/domain/event.js';
import { createEventFeed } from '../../src/http/event-feed.js';
import { openEventStream } from '../../src/http/event-stream.js';
import { createServer } from '../../src/http/server.js';
import { sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const state = (model: string): ModelEvent => ({
  kind: 'state',
  model,
  state: 'unhealthy',
  was: 'healthy',
  since: Date.UTC(2026, 0, 1),
  reason: 'auth_failed',
  incident: { openedAt: Date.UTC(2026, 0, 1), closedAt: null },
});

async function start(size = 64, token: string | null = null) {
  const events = createEventFeed({ run: 'run', size });
  const views = ['a', 'b'].map((id) => sampleView(id));
  const app = createServer(createFakeBackend({ views }, { events }), {
    version: '1',
    access: () => ({ token: token, readTokens: [], publicBadges: false }),
    hosts: () => ({ allowed: [], local: true }),
    report: () => undefined,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  closing.push(() => app.close());
  return { app, events, url };
}

/** Listens as a client would; `next` resolves with the event after those it gave before. */
async function listen(url: string, lastEventId?: string, query = '') {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/events${query}`, {
    signal: leaving.signal,
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  });
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let ended = false;
  const read = async (): Promise<void> => {
    const chunk = (await reader.read()) as { value?: Uint8Array; done: boolean };
    ended = chunk.done;
    if (chunk.value) parser.feed(decoder.decode(chunk.value, { stream: true }));
  };
  return {
    response,
    leave: () => leaving.abort(),
    async next(): Promise<{ id: string; event: string; data: Record<string, unknown> } | null> {
      while (messages.length === 0 && !ended) await read();
      const message = messages.shift();
      if (message === undefined) return null;
      const data = JSON.parse(message.data) as Record<string, unknown>;
      return { id: message.id ?? '', event: message.event ?? '', data };
    },
  };
}

describe('event stream', () => {
  it('sends keep-alive comments that advance the event id', () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const events = createEventFeed({ run: 'run', size: 4 });
      const { stream, end } = openEventStream(events, { model: 'a', lastEventId: undefined });
      stream.setEncoding('utf8').read();
      for (let n = 0; n < 3; n += 1) events.publish(state('b'));
      expect(stream.read()).toBeNull();
      jest.advanceTimersByTime(15_000);
      expect(stream.read()).toBe(': alive\nid: run-3\n\n');
      end();
      jest.advanceTimersByTime(60_000);
      expect(stream.read()).toBeNull();
    } finally {
      jest.useRealTimers();
    }
  });
});

it('asks whether a client may read once a second, and only before events that it gets', async () => {
  const events = createEventFeed({ run: 'run', size: 64 });
  let asked = 0;
  const mayRead = () => (asked += 1) > 0;
  const open = (model: string) => openEventStream(events, { model, lastEventId: undefined, mayRead });
  const streams = [open('a'), open('other')];
  for (const { stream } of streams) stream.resume();
  await new Promise(setImmediate);
  for (let count = 0; count < 50; count += 1) events.publish(state('a'));
  expect(asked).toBe(1);
  for (const { end, stream } of streams) {
    end();
    await once(stream, 'close');
  }
});

it('is cut if its client does not read its end', () => {
  jest.useFakeTimers();
  try {
    const { stream, end } = openEventStream(createEventFeed({ run: 'run', size: 4 }), {
      model: undefined,
      lastEventId: undefined,
    });
    end();
    expect(stream.destroyed).toBe(false);
    jest.advanceTimersByTime(1_000);
    expect(stream.destroyed).toBe(true);
  } finally {
    jest.useRealTimers();
  }
});

it('tells no event to a client that may no longer read it', async () => {
  const events = createEventFeed({ run: 'run', size: 4 });
  let allowed = true;
  const { stream } = openEventStream(events, {
    model: undefined,
    lastEventId: undefined,
    mayRead: () => allowed,
  });
  const read: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => read.push(text));
  events.publish(state('a'));
  await new Promise(setImmediate);
  allowed = false;
  // An answer holds for a second.
  const asked = performance.now() + 1_000;
  const later = jest.spyOn(performance, 'now').mockReturnValue(asked);
  events.publish(state('b'));
  await once(stream, 'end');
  later.mockRestore();
  expect(read.join('')).toContain('"model":"a"');
  expect(read.join('')).not.toContain('"model":"b"');
});

it('ends at a heartbeat once its client may no longer read it', () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const events = createEventFeed({ run: 'run', size: 4 });
    let allowed = true;
    const opened = openEventStream(events, {
      model: undefined,
      lastEventId: undefined,
      mayRead: () => allowed,
    });
    opened.stream.setEncoding('utf8').read();
    jest.advanceTimersByTime(15_000);
    expect(opened.stream.read()).toContain(': alive');
    allowed = false;
    jest.advanceTimersByTime(15_000);
    events.publish(state('a'));
    expect(opened.stream.read()).toBeNull();
  } finally {
    jest.useRealTimers();
  }
});

describe('GET /api/v1/events', () => {
  it('sends results, states and versions in the format of the API', async () => {
    const { events, url } = await start();
    const client = await listen(url);
    expect(client.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(client.response.headers.get('cache-control')).toBe('no-store');
    events.publish({ kind: 'result', model: 'a', result: sampleResult() });
    events.publish(state('a'));
    const change = { what: 'system_fingerprint', was: 'x', is: 'y' } as const;
    events.publish({ kind: 'version', model: 'a', slot: 1_000, change });
    const checks = await fetch(`${url}/api/v1/models/a`).then((answer) => answer.json() as object);
    const result = (await client.next())!;
    expect(result).toMatchObject({ id: 'run-1', event: 'result', data: { model: 'a' } });
    expect(Object.keys(result.data)).toEqual(Object.keys((checks as { last_check: object }).last_check));
    expect(await client.next()).toEqual({
      id: 'run-2',
      event: 'state',
      data: {
        model: 'a',
        state: 'unhealthy',
        was: 'healthy',
        since: '2026-01-01T00:00:00.000Z',
        reason: 'auth_failed',
        blame: 'account',
        incident: { opened_at: '2026-01-01T00:00:00.000Z', closed_at: null },
      },
    });
    expect(await client.next()).toEqual({
      id: 'run-3',
      event: 'version',
      data: { model: 'a', slot: '1970-01-01T00:00:01.000Z', ...change },
    });
  });

  it('can be limited to one model, which must exist', async () => {
    const { events, url } = await start();
    const client = await listen(url, undefined, '?model=b');
    for (const model of ['a', 'a', 'b']) events.publish(state(model));
    expect(await client.next()).toMatchObject({ id: 'run-3', data: { model: 'b' } });
    expect((await fetch(`${url}/api/v1/events?model=nobody`)).status).toBe(404);
    expect((await fetch(`${url}/api/v1/events?models=a`)).status).toBe(400);
  });

  it('resumes after the last event that the client received', async () => {
    const { events, url } = await start();
    for (const model of ['a', 'b', 'a', 'b']) events.publish(state(model));
    const client = await listen(url, 'run-2');
    expect(await client.next()).toMatchObject({ id: 'run-3' });
    expect(await client.next()).toMatchObject({ id: 'run-4' });
    events.publish(state('a'));
    expect(await client.next()).toMatchObject({ id: 'run-5' });
  });

  it.each(['earlier-70', 'run-99', 'nonsense', 'run-1'])(
    'reports missed events after %s, and continues with new ones',
    async (lastEventId) => {
      const { events, url } = await start(4);
      for (let n = 0; n < 6; n += 1) events.publish(state('a'));
      const client = await listen(url, lastEventId);
      expect(await client.next()).toMatchObject({ id: 'run-6', event: 'reset' });
      events.publish(state('b'));
      expect(await client.next()).toMatchObject({ id: 'run-7', event: 'state' });
    },
  );

  it('misses no event at the edge of the buffer', async () => {
    const { events, url } = await start(4);
    for (let n = 0; n < 6; n += 1) events.publish(state('a'));
    expect(await (await listen(url, 'run-2')).next()).toMatchObject({ id: 'run-3', event: 'state' });
    const client = await listen(url, 'run-6');
    events.publish(state('b'));
    expect(await client.next()).toMatchObject({ id: 'run-7', event: 'state' });
  });

  it('drops only the client that does not read', async () => {
    const { app, events, url } = await start(64);
    const quick = await listen(url);
    const connected = once(app.server, 'connection') as Promise<[Socket]>;
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    slow.write('GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [served] = await connected;
    const gone = once(served, 'close');
    await once(slow, 'readable');
    slow.pause();
    const result = { ...sampleResult(), response: 'x'.repeat(1_024) };
    let told = 0;
    for (let n = 0; n < 12_000; n += 1) {
      events.publish({ kind: 'result', model: 'a', result });
      if (n % 16 === 0) while (told <= n) told += (await quick.next()) === null ? Infinity : 1;
    }
    await gone;
    slow.destroy();
    events.publish(state('a'));
    while ((await quick.next())!.event !== 'state');
  }, 20_000);

  it('accepts a hundred clients, and another one when one has left', async () => {
    const { events, url } = await start();
    const clients = await Promise.all(Array.from({ length: 100 }, () => listen(url)));
    const refused = await fetch(`${url}/api/v1/events`);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'too_many_streams' }]);
    events.publish(state('a'));
    const all = await Promise.all(clients.map((client) => client.next()));
    expect(new Set(all.map((event) => event?.id))).toEqual(new Set(['run-1']));
    clients[0]!.leave();
    while ((await fetch(`${url}/api/v1/events`, { method: 'GET' })).status !== 200);
  });

  it('ends its streams when the server closes, also unread ones', async () => {
    const { app, url, events } = await start();
    const client = await listen(url);
    const mute = connect(Number(new URL(url).port), '127.0.0.1');
    mute.on('error', () => undefined);
    mute.write('GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(mute, 'readable');
    mute.pause();
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).toBeLessThan(3_000);
    events.publish(state('a'));
    expect(await client.next()).toBeNull();
    mute.destroy();
  });

  it('rejects HEAD, and requires the token', async () => {
    const { url } = await start(4, 's3cret');
    const authorization = 'Bearer s3cret';
    expect((await fetch(`${url}/api/v1/events`)).status).toBe(401);
    const head = await fetch(`${url}/api/v1/events`, { method: 'HEAD', headers: { authorization } });
    expect(head.status).toBe(405);
  });
});
