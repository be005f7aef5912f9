import { EventStreamCodec } from '@smithy/core/event-streams';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dialectFor } from '../../src/checker/ask/dialects.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { judge, type Verdict } from '../../src/checker/verdict/judge.js';
import { readStream } from '../../src/checker/verdict/stream-reading.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { listenHttp } from './server.js';
import { amount } from '../slow.js';

const meets = createExpectations();
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text),
);

const sse = (...events: unknown[]): Buffer =>
  Buffer.from(
    events
      .map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\r\n\r\n`)
      .join(''),
  );
const lines = (...objects: unknown[]): Buffer =>
  Buffer.from(objects.map((one) => `${JSON.stringify(one)}\n`).join(''));
const frames = (...events: [string, unknown][]): Buffer =>
  Buffer.concat(
    events.map(([name, data]) => {
      const failed = name.endsWith('Exception');
      return codec.encode({
        headers: {
          ':message-type': { type: 'string', value: failed ? 'exception' : 'event' },
          [failed ? ':exception-type' : ':event-type']: { type: 'string', value: name },
        },
        body: Buffer.from(JSON.stringify(data)),
      });
    }),
  );
const chunk = (delta: object, finish: string | null = null) => ({
  model: 'm-1',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const openaiHealthy = [
  { choices: [], prompt_filter_results: [] },
  chunk({ role: 'assistant', content: '' }),
  chunk({ reasoning_content: 'Hm – धीरे' }),
  chunk({ content: 'New ' }),
  chunk({ content: 'Delhi नई दिल्ली' }, 'stop'),
  { choices: [], usage: { prompt_tokens: 14, completion_tokens: 9 } },
  '[DONE]',
];

const said: readonly (readonly [string, string, Buffer, Partial<Verdict>])[] = [
  ['OpenAI', 'openai', sse(...openaiHealthy), { reason: 'ok', usage: { inputTokens: 14, outputTokens: 9 } }],
  ['OpenAI without its end', 'openai', sse(...openaiHealthy.slice(0, 4)), { reason: 'connection_lost' }],
  [
    'an error between the chunks',
    'openai',
    sse(...openaiHealthy.slice(0, 4), { error: { message: 'The engine is overloaded', code: 'overloaded' } }),
    { reason: 'overloaded' },
  ],
  [
    'an error in no known shape between the chunks',
    'openai',
    sse(...openaiHealthy.slice(0, 4), { message: 'upstream timeout', code: 504 }, '[DONE]'),
    { reason: 'gateway_error', detail: 'upstream timeout' },
  ],
  [
    'a line of an error between the chunks',
    'openai',
    Buffer.concat([sse(...openaiHealthy.slice(0, 4)), Buffer.from('error: worker died\n\n'), sse('[DONE]')]),
    { reason: 'server_error', detail: 'error: worker died' },
  ],
  ['comments alone', 'openai', Buffer.from(': OPENROUTER PROCESSING\n\n'), { reason: 'connection_lost' }],
  ['a web page', 'openai', Buffer.from('<html>hello</html>'), { reason: 'malformed_response' }],
  [
    'an error that is no stream',
    'openai',
    Buffer.from('{"error":{"code":"insufficient_quota"}}'),
    { reason: 'quota_exhausted' },
  ],
  ['nothing', 'openai', Buffer.alloc(0), { reason: 'malformed_response' }],
  [
    'Anthropic',
    'anthropic',
    sse(
      { type: 'message_start', message: { model: 'claude', usage: { input_tokens: 10, output_tokens: 1 } } },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'New Delhi' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
      { type: 'message_stop' },
    ),
    { reason: 'ok', responseModel: 'claude', usage: { inputTokens: 10, outputTokens: 7 } },
  ],
  [
    'Gemini',
    'gemini',
    sse(
      { candidates: [{ content: { parts: [{ text: 'New ' }] } }] },
      { candidates: [{ content: { parts: [{ text: 'Delhi' }] }, finishReason: 'STOP' }] },
    ),
    { reason: 'ok', response: 'New Delhi' },
  ],
  [
    'Cohere',
    'cohere',
    sse(
      { type: 'content-delta', delta: { message: { content: { text: 'New Delhi' } } } },
      {
        type: 'message-end',
        delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
      },
    ),
    { reason: 'ok', usage: { inputTokens: 3, outputTokens: 4 } },
  ],
  [
    'Ollama',
    'ollama',
    lines(
      { model: 'l', message: { content: 'New ' }, done: false },
      {
        model: 'l',
        message: { content: 'Delhi' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 5,
        eval_count: 3,
      },
    ),
    { reason: 'ok', usage: { inputTokens: 5, outputTokens: 3 } },
  ],
  ['an error of Ollama', 'ollama', lines({ error: "model 'x' not found" }), { reason: 'model_not_found' }],
  [
    'Bedrock',
    'bedrock',
    frames(
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { delta: { text: 'New Delhi' }, contentBlockIndex: 0 }],
      ['messageStop', { stopReason: 'end_turn' }],
      ['metadata', { usage: { inputTokens: 9, outputTokens: 8 } }],
    ),
    { reason: 'ok', usage: { inputTokens: 9, outputTokens: 8 } },
  ],
  [
    'an exception of Bedrock',
    'bedrock',
    frames(
      ['contentBlockDelta', { delta: { text: 'New' } }],
      ['throttlingException', { message: 'Too many tokens' }],
    ),
    { reason: 'rate_limited' },
  ],
  [
    'an exception of Bedrock for the request',
    'bedrock',
    frames(['validationException', { message: 'The value at temperature is odd' }]),
    { reason: 'invalid_request' },
  ],
  [
    'an exception of Bedrock for what is in the request',
    'bedrock',
    frames(['validationException', { message: 'Input is too long for requested model.' }]),
    { reason: 'context_exceeded' },
  ],
  [
    'a server that does not stream, and indents its JSON',
    'openai',
    Buffer.from(
      JSON.stringify(
        {
          model: 'm',
          choices: [
            {
              message: { content: 'New Delhi' },
              finish_reason: 'stop',
              logprobs: { content: Array.from({ length: 500 }, () => ({ token: 'a', logprob: -0.5 })) },
            },
          ],
        },
        null,
        2,
      ),
    ),
    { reason: 'ok', response: 'New Delhi' },
  ],
];

function verdictOn(provider: string, body: Buffer, cuts: readonly number[]): Verdict {
  const dialect = dialectFor(provider, 'chat_stream')!;
  const reading = readStream(dialect.stream!);
  const ends = [...cuts.map((cut) => cut % (body.length + 1)), body.length].sort((a, b) => a - b);
  ends.forEach((end, index) => reading.push(body.subarray(ends[index - 1] ?? 0, end)));
  reading.end();
  const model = modelAt('http://127.0.0.1:1', { provider, probe: 'chat_stream' });
  return judge({ status: 200, headers: {}, body, overLimit: false }, { model, dialect, meets, reading });
}

describe('stream', () => {
  it.each(said)('of %s is read correctly', (_name, provider, body, wanted) => {
    expect(verdictOn(provider, body, [])).toMatchObject(wanted);
  });

  it.each(said)('of %s gives the same result wherever it is split', (_name, provider, body) => {
    const whole = verdictOn(provider, body, []);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(verdictOn(provider, body, cuts)).toEqual(whole);
      }),
      { numRuns: amount(50, 15) },
    );
  });

  it('with a frame of over 256 KiB is malformed, and its rest is not read', async () => {
    const text = (length: number): Buffer =>
      frames(['contentBlockDelta', { delta: { text: 'a'.repeat(length) } }]);
    const end = frames(['messageStop', { stopReason: 'end_turn' }]);
    const small = Buffer.concat([text(250_000), end]);
    expect(verdictOn('bedrock', small, []).detail).not.toContain('frame');
    const large = verdictOn('bedrock', text(300_000), []);
    expect(large).toMatchObject({ reason: 'malformed_response' });
    expect(large.detail).toContain('a frame of over 262144 bytes');
    const starting = listenHttp((_request, response) => {
      // The reply never ends.
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      response.write(text(300_000).subarray(0, 20_000));
    });
    const result = await withServer(starting, (port) =>
      checkOnce(
        modelAt(`http://127.0.0.1:${port}`, { provider: 'bedrock', probe: 'chat_stream', timeoutMs: 60_000 }),
      ),
    );
    expect(result).toMatchObject({ reason: 'malformed_response' });
  });

  it('of frames with a wrong checksum is malformed', () => {
    const body = frames(['messageStop', { stopReason: 'end_turn' }]);
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    expect(verdictOn('bedrock', body, []).reason).toBe('malformed_response');
  });
});

describe('streamed check', () => {
  const ask = (port: number, changes = {}) =>
    checkOnce(modelAt(`http://127.0.0.1:${port}`, { provider: 'openai', probe: 'chat_stream', ...changes }));

  it('reports when the first text or reasoning arrived, before the rest', async () => {
    await withServer(
      listenHttp((_request, response) => {
        response.write(sse(...openaiHealthy.slice(0, 3)));
        setTimeout(() => response.end(sse(...openaiHealthy.slice(3))), 60);
      }),
      async (port) => {
        const result = await ask(port, { slow: { durationMs: null, firstTokenMs: null } });
        expect(result).toMatchObject({ reason: 'ok', response: 'New Delhi नई दिल्ली' });
        expect(result.firstTokenMs).toBeLessThan(result.durationMs ?? 0);
      },
    );
  });

  it('is slow when the first text arrives late', async () => {
    await withServer(
      listenHttp((_request, response) => response.end(sse(...openaiHealthy))),
      async (port) => {
        const result = await ask(port, { slow: { durationMs: null, firstTokenMs: 0 } });
        expect(result).toMatchObject({ reason: 'slow', outcome: 'degraded' });
        expect(result.detail).toMatch(/^first text after \d+ ms, over 0 ms$/);
      },
    );
  });

  it('without any text until the deadline reports what it waited for', async () => {
    await withServer(
      listenHttp((_request, response) => response.write(': wait\n\n')),
      async (port) => {
        const result = await ask(port, { timeoutMs: 300 });
        expect(result.reason).toBe('timeout');
        expect(result.detail).toMatch(/^no text of the stream within \d+ ms$/);
      },
    );
  });

  it('has its answer even if the connection breaks or stays open after the end mark', async () => {
    for (const after of ['destroy', 'stay'] as const) {
      await withServer(
        listenHttp((_request, response) => {
          response.write(sse(...openaiHealthy), () => after === 'destroy' && response.destroy());
        }),
        async (port) => {
          const began = performance.now();
          const result = await ask(port, { timeoutMs: 20_000 });
          expect(performance.now() - began).toBeLessThan(4_000);
          expect(result).toMatchObject({ reason: 'ok', usage: { outputTokens: 9 } });
          expect(result.durationMs).toBeLessThan(1_000);
        },
      );
    }
  });
});
