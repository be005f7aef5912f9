import { isDeepStrictEqual } from 'node:util';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterEach, describe, expect, it } from '@jest/globals';
import { completion } from '../checker/server.js';
import { became, useSite } from './registry.js';
import { send } from './sending.js';
import { inFull } from '../slow.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Reads the events; `next` resolves with the data of the next one of that name with these members, whatever comes between. */
async function listen(url: string) {
  const response = await fetch(`${url}/api/v1/events`, { headers: { 'last-event-id': 'x-1' } });
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const reader = response.body!.getReader();
  closing.push(() => reader.cancel().catch(() => undefined));
  const next = async (name: string, members: object): Promise<Record<string, unknown>> => {
    for (;;) {
      while (messages.length > 0) {
        const { event, data } = messages.shift()!;
        const found = JSON.parse(data) as Record<string, unknown>;
        if (event === name && isDeepStrictEqual({ ...found, ...members }, found)) return found;
      }
      parser.feed(new TextDecoder().decode((await reader.read()).value));
    }
  };
  await next('reset', {});
  return { reader, next };
}

describe('event stream of the daemon', () => {
  it('sends each result as POST /check returns it, the resulting state, and a version change', async () => {
    const { configure, daemon, model, serve } = site();
    let version = 'mixtral-1';
    const provider = await serve((_request, response) => {
      response.end(completion('New Delhi').replace('"mixtral"', JSON.stringify(version)));
    });
    const once = { ...model('healthy'), id: 'once', schedule: { every: '24h' } };
    const config = configure([
      { ...once, ...fixedQuestion, base_url: `http://127.0.0.1:${provider.port}/v1` },
    ]);
    const running = await daemon(config);
    const { reader, next } = await listen(running.url);
    const check = async () => (await running.post('/api/v1/models/once/check')).json() as object;
    await next('result', await check());
    version = 'mixtral-2';
    await check();
    await next('version', { model: 'once', what: 'response_model', was: 'mixtral-1', is: 'mixtral-2' });
    await running.line(({ msg, is }) => msg === 'model version changed' && is === 'mixtral-2');
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
  });

  inFull(
    'names the incident and, in the log, its page when it opens, in a pause, before and after a maintenance window, and when it closes',
    async () => {
      const { configure, daemon, model, serve } = site();
      let works = true;
      const provider = await serve((_request, response) => {
        if (!works) response.statusCode = 500;
        response.end(works ? completion('New Delhi') : '{"error":{"message":"it broke"}}');
      });
      const once = { ...model('healthy'), id: 'once', schedule: { every: '24h' } };
      const models = [{ ...once, ...fixedQuestion, base_url: `http://127.0.0.1:${provider.port}/v1` }];
      const server = { listen: '127.0.0.1:0', public_url: 'https://pulse.example.com/below' };
      const running = await daemon(configure(models, { server }));
      const { next } = await listen(running.url);
      const check = async () => (await running.post('/api/v1/models/once/check')).json();
      const reload = async (pause: boolean) => {
        configure(
          models.map((one) => ({ ...one, pause })),
          { server },
        );
        expect((await running.post('/-/reload')).status).toBe(200);
      };
      const stored = async () => {
        const { items } = (await running.get('/api/v1/incidents')).json() as { items: object[] };
        expect(items).toHaveLength(1);
        return items[0] as { opened_at: string; closed_at: string | null };
      };
      const named = async (was: string, state: string) => {
        const { incident } = await next('state', { was, state });
        const { opened_at, closed_at } = await stored();
        expect({ was, state, incident }).toEqual({ was, state, incident: { opened_at, closed_at } });
        const line = await running.line(
          (one) => one.msg === 'state changed' && one.was === was && one.state === state,
        );
        expect(line.incident).toBe(opened_at);
        const place = String(line.url).replace(server.public_url, running.url);
        const answer = await fetch(place, { redirect: 'manual' });
        expect(answer.headers.get('location')).toBe('/incidents/1');
        return { opened_at, closed_at };
      };
      await check();
      const first = await running.line(became('once', 'healthy'));
      expect(first).not.toHaveProperty('incident');
      expect(first.url).toBe('https://pulse.example.com/below/models/once');

      works = false;
      await check();
      await check();
      const { opened_at } = await named('healthy', 'unhealthy');
      await reload(true);
      await named('unhealthy', 'unknown');
      await reload(false);
      await check();
      await named('unknown', 'unhealthy');
      const exclusions = '/api/v1/models/once/exclusions';
      const to = new Date(Date.now() + 3_600_000).toISOString();
      const window = { from: new Date().toISOString(), to, reason: 'they move' };
      const { id } = (await send(running, 'POST', exclusions, window)).json as { id: number };
      await named('unhealthy', 'maintenance');
      await check();
      await send(running, 'DELETE', `${exclusions}/${id}`);
      await named('maintenance', 'unhealthy');
      works = true;
      await check();
      await check();
      expect(await named('unhealthy', 'healthy')).toEqual({ opened_at, closed_at: expect.any(String) });
    },
  );
});
