import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { behaviours } from '../../src/simulator/behaviours.js';
import { exampleName } from '../../src/simulator/catalogue.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { monotonicMs } from '../../src/domain/clock.js';

interface Reply {
  model: string;
  choices: { message: { content: string }; finish_reason: string }[];
  usage: Record<string, unknown>;
  error: { code: string; type: string; message: string } | string;
}

let now = Date.UTC(2026, 0, 5, 12);
let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await createSimulator({ clock: { wall: () => now, monotonic: () => monotonicMs(now) } }).listen(
    0,
    '127.0.0.1',
  );
});
afterAll(() => simulator.close());

function ask(model: unknown, more: object = {}, path = '/v1/chat/completions'): Promise<Response> {
  const messages = [{ role: 'user', content: 'What is the capital of India?' }];
  return fetch(`${simulator.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-secret' },
    body: JSON.stringify({ model, messages, ...more }),
  });
}

async function replyOf(model: string, more: object = {}): Promise<Reply> {
  return (await (await ask(model, more)).json()) as Reply;
}

describe('simulated model that answers', () => {
  it('gives the expected answer to the standard question, as a chat completion', async () => {
    const reply = await replyOf('healthy');
    expect(reply).toMatchObject({
      object: 'chat.completion',
      model: 'healthy',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'The capital of India is New Delhi.' },
        },
      ],
      usage: { prompt_tokens: 15, completion_tokens: 9, total_tokens: 24 },
    });
  });

  it('echoes any other question, given as text or as parts', async () => {
    const parts = [{ type: 'text', text: 'Say pong' }];
    for (const content of ['Say pong', parts]) {
      const reply = await replyOf('healthy', { messages: [{ role: 'user', content }] });
      expect(reply.choices[0]?.message.content).toContain('Say pong');
    }
  });

  it('answers at any path that ends in /chat/completions, also with a query string', async () => {
    expect((await ask('healthy', {}, '/openai/deployments/x/chat/completions?api-version=1')).status).toBe(
      200,
    );
  });

  it('streams events up to [DONE] if requested', async () => {
    const response = await ask('healthy', { stream: true });
    const events = (await response.text()).trim().split('\n\n');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe('The capital of India is New Delhi.');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)?.usage).toMatchObject({ total_tokens: 24 });
  });

  it('is delayed by the duration in its name', async () => {
    const started = performance.now();
    expect((await ask('slow-150ms')).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(149);
  });

  it.each([
    ['empty', '', 'stop'],
    ['truncated', 'The', 'length'],
    ['reasoning', '', 'length'],
    ['wrong', 'The capital of India is Mumbai.', 'stop'],
    ['filtered', '', 'content_filter'],
  ])('as %s answers %j with finish reason %s', async (model, text, finish) => {
    const [choice] = (await replyOf(model)).choices;
    expect(choice).toMatchObject({ message: { content: text }, finish_reason: finish });
  });

  it('counts the tokens of hidden reasoning', async () => {
    expect((await replyOf('reasoning')).usage).toMatchObject({
      completion_tokens: 1_024,
      completion_tokens_details: { reasoning_tokens: 1_024 },
    });
  });

  it('returns another model name as mismatch', async () => {
    expect((await replyOf('mismatch')).model).toBe('some-other-model');
  });
});

interface Chunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
  usage?: object;
}

describe('simulated model that refuses', () => {
  it.each([
    ['rate-limited', 429, 'rate_limit_exceeded'],
    ['quota', 429, 'insufficient_quota'],
    ['bad-key', 401, 'invalid_api_key'],
    ['forbidden', 403, 'permission_denied'],
    ['not-found', 404, 'model_not_found'],
    ['overloaded', 503, 'server_is_overloaded'],
    ['error-500', 500, null],
  ])('as %s answers %d with code %s', async (model, status, code) => {
    const response = await ask(model);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('sends Retry-After as rate-limited, but not as quota', async () => {
    expect((await ask('rate-limited')).headers.get('retry-after')).toBe('10');
    expect((await ask('quota')).headers.has('retry-after')).toBe(false);
  });

  it('repeats the key as bad-key', async () => {
    expect((await replyOf('bad-key')).error).toMatchObject({
      message: 'Incorrect API key provided: sk-secret.',
    });
  });

  it.each([
    ['gateway-502', 502, '<html>'],
    ['html', 200, '<html>'],
    ['malformed', 200, '{"choices"'],
    ['error-in-200', 200, '{"error"'],
  ])('as %s answers %d with %s', async (model, status, start) => {
    const response = await ask(model);
    expect(response.status).toBe(status);
    expect((await response.text()).startsWith(start)).toBe(true);
  });

  it('redirects to another path as redirect', async () => {
    const response = await ask('redirect');
    expect([response.status, response.headers.get('location')]).toEqual([307, '/moved']);
  });
});

describe('simulated model that changes', () => {
  it('is loading for its time from the first request on, then answers', async () => {
    expect(await replyOf('loading-30s')).toEqual({
      error: 'Model loading-30s is currently loading',
      estimated_time: 30,
    });
    now += 29_999;
    expect((await ask('loading-30s')).status).toBe(503);
    now += 1;
    expect((await ask('loading-30s')).status).toBe(200);
    expect((await ask('loading')).status).toBe(503);
  });

  it('is down in the last part of each period of the wall clock', async () => {
    const hour = Date.UTC(2026, 0, 5, 13);
    const statuses: number[] = [];
    for (const offset of [0, 55 * 60_000 - 1, 55 * 60_000, 60 * 60_000 - 1, 60 * 60_000]) {
      now = hour + offset;
      statuses.push((await ask('down-5m-every-1h')).status);
    }
    expect(statuses).toEqual([200, 200, 503, 503, 200]);
  });

  it('degrades in the last part of each period', async () => {
    now = Date.UTC(2026, 0, 5, 13, 59);
    expect((await replyOf('degraded-5m-every-1h')).choices[0]?.message.content).toMatch(/^(the )+the$/);
    now = Date.UTC(2026, 0, 5, 14);
    expect((await replyOf('degraded-5m-every-1h')).choices[0]?.message.content).toContain('New Delhi');
  });
});

describe('simulator as a server', () => {
  it('rejects an unknown name and lists the known ones', async () => {
    const response = await ask('gpt-4o');
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as Reply;
    expect(error).toMatchObject({ code: 'model_not_found' });
    for (const behaviour of behaviours) expect(JSON.stringify(error)).toContain(exampleName(behaviour));
  });

  it.each(['slow-', 'slow-fast', 'flaky-101', 'down-5m', 'healthy-ish', '', 'toString'])(
    'rejects %j as an unknown name',
    async (model) => expect((await ask(model)).status).toBe(404),
  );

  it('lists its models for people and for programs', async () => {
    const page = await (await fetch(simulator.url)).text();
    const list = (await (await fetch(`${simulator.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(behaviours.map(exampleName));
    for (const { id } of list.data) expect(page).toMatch(new RegExp(`^${id}  +\\S`, 'm'));
  });

  it('reports errors in a request', async () => {
    const post = (body: string) =>
      fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body }).then(({ status }) => status);
    expect(await post('{')).toBe(400);
    expect(await post('[]')).toBe(400);
    expect(await post(' '.repeat(1024 * 1024 + 1))).toBe(413);
    expect((await ask(7)).status).toBe(400);
    expect((await fetch(`${simulator.url}/v1/chat/completions`)).status).toBe(405);
    expect((await fetch(`${simulator.url}/v1/elsewhere`)).status).toBe(404);
  });

  it('rejects when its port is in use', async () => {
    const port = Number(new URL(simulator.url).port);
    await expect(createSimulator().listen(port, '127.0.0.1')).rejects.toThrow('EADDRINUSE');
  });
});
