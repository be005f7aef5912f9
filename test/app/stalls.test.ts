import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect } from '@jest/globals';
import { series, useSite } from './registry.js';
import { inFull } from '../slow.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
let stop: () => void = () => undefined;
afterEach(() => {
  stop();
  stop = () => undefined;
});

/** A provider that keeps each first question of a model until the test says what becomes of it. */
async function holdingProvider() {
  const held = new Map<string, ServerResponse>();
  const asked = new EventEmitter();
  const known = new Set<string>();
  const answer = (reply: ServerResponse, model: string) => {
    const choices = [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'New Delhi' } },
    ];
    reply.setHeader('content-type', 'application/json').end(JSON.stringify({ model, choices }));
  };
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { model } = JSON.parse(body) as { model: string };
      if (known.has(model)) answer(reply, model);
      else {
        known.add(model);
        held.set(model, reply);
        asked.emit('question');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () => server.close().closeAllConnections();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    answer: (model: string) => answer(held.get(model)!, model),
    hangUp: (model: string) => void held.get(model)!.destroy(),
    /** Resolves once all of these have been asked, by a check of the test or of the schedule. */
    async questions(models: readonly string[]) {
      while (!models.every((model) => held.has(model))) await once(asked, 'question');
    },
  };
}

describe('monitor stopped during checks', () => {
  inFull(
    'reports no latency, no slow result and no failure of the models',
    async () => {
      const provider = await holdingProvider();
      const { configure, daemon } = site();
      const ids = ['answers', 'hangs-up', 'says-nothing'];
      const models = ids.map((id) => ({
        id,
        provider: 'openai_compatible',
        base_url: provider.url,
        model: id,
        ...fixedQuestion,
        api_key: 'sk-test-0123456789abcdef',
        schedule: { every: '1h' },
        timeout: '2s',
        slow: { duration: '1s' },
      }));
      const { child, get, post } = await daemon(configure(models));
      const checks = ids.map((id) => post(`/api/v1/models/${id}/check`));
      await provider.questions(ids);
      child.kill('SIGSTOP');
      provider.answer('answers');
      provider.hangUp('hangs-up');
      // The length of the overlap: beyond the timeout.
      await setTimeout(3_000);
      child.kill('SIGCONT');
      const found = (await Promise.all(checks)).map((reply) => reply.json());
      const unmeasured = { stalled: true, duration_seconds: null, first_token_seconds: null, phases: null };
      expect(found).toMatchObject([
        { ...unmeasured, outcome: 'healthy', reason: 'ok', detail: null },
        { ...unmeasured, outcome: 'unknown', reason: 'internal_error' },
        { ...unmeasured, outcome: 'unknown', reason: 'internal_error' },
      ]);
      const { text } = await get('/metrics');
      expect(series(text, 'modelpulse_checks_stalled_total')).toBe(3);
      expect(text).not.toMatch(/^modelpulse_check_duration_seconds_count\{.*\} [1-9]/m);
      const after = (await post('/api/v1/models/says-nothing/check')).json();
      expect(after).toMatchObject({ outcome: 'healthy', stalled: false });
      const { items } = (await get('/api/v1/models/answers/checks')).json() as { items: object[] };
      expect(items.at(-1)).toMatchObject(unmeasured);
    },
    60_000,
  );

  inFull(
    'does not count that time as run time of a jq program',
    async () => {
      const provider = await holdingProvider();
      const { configure, daemon } = site();
      const ids = ['starts-jq', 'computes'];
      const models = ids.map((id) => ({
        id,
        provider: 'custom',
        base_url: provider.url,
        custom_payload: { model: id },
        // A fifth of a second, of the second that it may take.
        custom_response_format: '([range(300000)] | length) as $n | .choices[0].message.content',
        schedule: { every: '1h' },
      }));
      const { child, post } = await daemon(configure(models));
      const begin = async (id: string) => {
        const check = post(`/api/v1/models/${id}/check`);
        await provider.questions([id]);
        provider.answer(id);
        return { check };
      };
      await (
        await begin('starts-jq')
      ).check;
      const { check } = await begin('computes');
      // The length of the overlap: the program has begun and not ended.
      await setTimeout(100);
      child.kill('SIGSTOP');
      await setTimeout(1_500);
      child.kill('SIGCONT');
      expect((await check).json()).toMatchObject({ outcome: 'healthy', reason: 'ok' });
    },
    60_000,
  );
});
