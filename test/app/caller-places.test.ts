import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createShared } from '../../src/checker/transport/exchange-limits.js';
import { createHealthApi } from '../../src/app/health-api.js';
import type { LoadedConfig } from '../../src/config/read/load.js';
import { systemClock } from '../../src/domain/clock.js';
import { modelAt } from '../checker/model.js';
import { completion } from '../checker/server.js';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});

type Answered = Parameters<NonNullable<Parameters<typeof createHealthApi>[0]['resolve']>>[2];

/** The health API with a resolver that answers when the test does. */
function api(apiKeys: readonly string[]) {
  const asked: { name: string; answer: Answered }[] = [];
  const settings = {
    healthApi: { enabled: true, apiKeys, allowPrivate: true, allowHosts: [], ratePerMin: 600 },
  };
  const config = {
    settings,
    requested: (url: unknown) => ({ model: modelAt(String(url), { timeoutMs: 20_000 }) }),
  } as unknown as LoadedConfig;
  const health = createHealthApi({
    shared: createShared(),
    clock: systemClock,
    userAgent: 'test',
    config: () => config,
    roster: null as never,
    attempt: null as never,
    spend: () => true,
    resolve: (name, _options, answer) => asked.push({ name, answer }),
  });
  releases.push(() => {
    health.close();
  });
  return { health, asked };
}

const outcome = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch((error: unknown) => (error as { code?: unknown }).code);

/** Asks and hangs up once the name is looked up. */
async function abandon({ health, asked }: ReturnType<typeof api>, url: string, key: string) {
  const caller = new AbortController();
  const before = asked.length;
  const answer = outcome(health.ask(url, caller.signal, key));
  const looked = async (): Promise<void> => {
    while (asked.length === before) await new Promise(setImmediate);
  };
  const refused = await Promise.race([answer, looked()]);
  caller.abort();
  await answer;
  return refused;
}

describe('callers of the health API', () => {
  it('cannot exceed their limit of concurrent look-ups by hanging up early', async () => {
    const places = api(['one']);
    for (let count = 0; count < 16; count += 1)
      expect(await abandon(places, `http://n${count}.test`, 'one')).toBeUndefined();
    expect(await abandon(places, 'http://late.test', 'one')).toBe('busy');
    expect(places.asked).toHaveLength(16);
    places.asked[0]!.answer(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    expect(await abandon(places, 'http://then.test', 'one')).toBeUndefined();
    expect(await abandon(places, 'http://late.test', 'one')).toBe('busy');
  });

  it('leave half of the look-up slots to other keys', async () => {
    const places = api(['one', 'two']);
    for (let count = 0; count < 8; count += 1)
      expect(await abandon(places, `http://n${count}.test`, 'one')).toBeUndefined();
    expect(await abandon(places, 'http://late.test', 'one')).toBe('busy');
    expect(await abandon(places, 'http://late.test', 'two')).toBeUndefined();
  });

  it('leave half of the check slots to other keys', async () => {
    const waiting: unknown[] = [];
    const server = createServer((request, response) => {
      if (request.headers['user-agent'] === 'test' && request.url === '/good/chat/completions')
        response.end(completion('New Delhi'));
      else waiting.push(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    releases.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { health } = api(['one', 'two']);
    const caller = new AbortController();
    const mute = Array.from({ length: 8 }, () => outcome(health.ask(url, caller.signal, 'one')));
    expect(await outcome(health.ask(url, caller.signal, 'one'))).toBe('busy');
    expect(await health.ask(`${url}/good`, caller.signal, 'two')).toMatchObject({ result: { reason: 'ok' } });
    caller.abort();
    await Promise.all(mute);
    expect(await health.ask(`${url}/good`, new AbortController().signal, 'one')).toMatchObject({
      result: { reason: 'ok' },
    });
  });
});
