import { isDeepStrictEqual } from 'node:util';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, it } from '@jest/globals';
import { completion, listenHttp } from '../checker/server.js';
import { useSite } from './registry.js';

const site = useSite();

describe('the events of a daemon', () => {
  it('bring each result as POST /check answers it, the state it makes, and another version', async () => {
    const { configure, daemon, model } = site();
    let version = 'mixtral-1';
    const provider = await listenHttp((_request, response) => {
      response.end(completion('New Delhi').replace('"mixtral"', JSON.stringify(version)));
    });
    const once = { ...model('healthy'), id: 'once', schedule: { every: '24h' } };
    const config = configure([{ ...once, base_url: `http://127.0.0.1:${provider.port}/v1` }]);
    const running = await daemon(config);
    const response = await fetch(`${running.url}/api/v1/events`, { headers: { 'last-event-id': 'x-1' } });
    const messages: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (message) => messages.push(message) });
    const reader = response.body!.getReader();
    /** Data of the next event of that name with these members; the check of the schedule may come between. */
    const next = async (name: string, members: object): Promise<object> => {
      for (;;) {
        while (messages.length > 0) {
          const { event, data } = messages.shift()!;
          const found = JSON.parse(data) as object;
          if (event === name && isDeepStrictEqual({ ...found, ...members }, found)) return found;
        }
        parser.feed(new TextDecoder().decode((await reader.read()).value as Uint8Array));
      }
    };
    const check = async () => (await running.post('/api/v1/models/once/check')).json() as object;
    await next('reset', {});
    await next('result', await check());
    version = 'mixtral-2';
    await check();
    await next('version', { model: 'once', what: 'response_model', was: 'mixtral-1', is: 'mixtral-2' });
    await running.line(({ msg, is }) => msg === 'another version answers' && is === 'mixtral-2');
    expect((await running.get('/metrics')).text).toContain(
      'modelpulse_model_version_changes_total{model="once"} 1',
    );

    await provider.close();
    await check();
    await next('result', { reason: 'connect_error', outcome: 'unhealthy' });
    await check();
    await next('state', {
      was: 'healthy',
      state: 'unhealthy',
      reason: 'connect_error',
      blame: 'network',
    });
    running.child.kill('SIGTERM');
    while (!(await reader.read()).done);
    expect(await running.ended).toBe(0);
  }, 15_000);
});
