import { expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Jwt } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { checkOnce, everythingIsHere, withServer } from './probing.js';
import { completion, listenHttp } from './server.js';

it.each(['127.0.0.1', 'login.example'])(
  'a token at %s is not fetched if the guard allows only the host of the model',
  (host) => {
    const asked: (string | undefined)[] = [];
    const server = listenHttp((request, response) => {
      asked.push(request.url);
      response.end(request.url === '/token' ? 'abc' : completion('New Delhi'));
    });
    return withServer(server, async (port) => {
      const jwt: Jwt = {
        method: 'GET',
        url: `http://${host}:${port}/token`,
        headers: {},
        body: null,
        responseKey: null,
      };
      const model = modelAt(`http://model.example:${port}`, { endpoint: { apiKeys: [], jwt } });
      const terms = (allowHosts: readonly string[]) => ({
        lookup: everythingIsHere,
        guard: { allowHosts },
      });
      expect(await checkOnce(model, terms(['model.example']))).toMatchObject({
        reason: 'blocked_address',
        outcome: 'unknown',
      });
      expect(asked).toEqual([]);
      expect((await checkOnce(model, terms(['model.example', host]))).reason).toBe('ok');
      expect(asked).toEqual(['/token', '/chat/completions']);
    });
  },
);

it('a token for a model described by a caller is not cached', () => {
  const asked: (string | undefined)[] = [];
  const server = listenHttp((request, response) => {
    asked.push(request.url);
    response.end(request.url === '/token' ? 'abc' : completion('New Delhi'));
  });
  return withServer(server, async (port) => {
    const url = `http://127.0.0.1:${port}/token`;
    const jwt: Jwt = { method: 'POST', url, headers: {}, body: null, responseKey: null };
    const model = modelAt(`http://127.0.0.1:${port}`, { endpoint: { apiKeys: [], jwt } });
    const guard = { allowHosts: ['127.0.0.1'] };
    const options = { clock: systemClock, userAgent: 'test', reuseConnections: false, env: {}, guard };
    const { check, close } = createProber(options);
    for (let count = 0; count < 2; count += 1) await check(model, new AbortController().signal);
    close();
    expect(asked).toEqual(['/token', '/chat/completions', '/token', '/chat/completions']);
  });
});
