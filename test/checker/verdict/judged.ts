import { capabilities, dialectFor } from '../../../src/checker/ask/dialects.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { judge } from '../../../src/checker/verdict/judge.js';
import { readStream } from '../../../src/checker/verdict/stream-reading.js';
import type { Expectation, Probe } from '../../../src/domain/model.js';
import { outcomeFor } from '../../../src/domain/reason.js';
import { modelAt } from '../model.js';

const meets = createExpectations();

/** Each API with its probes that ask for text. Bedrock streams bytes. */
export const chats = Object.entries(capabilities).flatMap(([provider, probes]) =>
  probes
    .filter((probe) => ['chat', 'chat_stream', 'completion', 'responses'].includes(probe))
    .filter((probe) => provider !== 'custom' && (provider !== 'bedrock' || probe === 'chat'))
    .map((probe) => [provider, probe] as const),
);

/** Tokens as a reply counts them. */
export interface Counted {
  readonly output: number;
  /** Undefined where the reply does not count them; most APIs have no place for them. */
  readonly reasoning?: number | undefined;
}

/** Whether a reply of this API can count reasoning. */
export const countsReasoning = (provider: string): boolean =>
  !/^(?:anthropic|cohere|ollama|bedrock)/.test(provider);

function usageOf(provider: string, probe: Probe, { output, reasoning }: Counted): object {
  if (probe === 'responses')
    return {
      usage: {
        input_tokens: 9,
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: reasoning },
      },
    };
  if (provider.startsWith('anthropic')) return { usage: { input_tokens: 9, output_tokens: output } };
  if (provider === 'gemini')
    return {
      usageMetadata: {
        promptTokenCount: 9,
        candidatesTokenCount: output - (reasoning ?? 0),
        thoughtsTokenCount: reasoning,
      },
    };
  if (provider.startsWith('cohere')) return { usage: { tokens: { input_tokens: 9, output_tokens: output } } };
  if (provider === 'ollama') return { prompt_eval_count: 9, eval_count: output };
  if (provider === 'bedrock') return { usage: { inputTokens: 9, outputTokens: output } };
  return {
    usage: {
      prompt_tokens: 9,
      completion_tokens: output,
      completion_tokens_details: { reasoning_tokens: reasoning },
    },
  };
}

/** A whole reply of each API, and one part of a stream. */
function replyOf(provider: string, probe: Probe, text: string, cut: boolean, counted?: Counted): string {
  const stop = cut ? 'length' : 'stop';
  const usage = counted === undefined ? {} : usageOf(provider, probe, counted);
  const sse = (...events: unknown[]): string =>
    events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const streams = probe === 'chat_stream';
  if (probe === 'responses')
    return JSON.stringify({
      output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
      ...usage,
      ...(cut
        ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
        : { status: 'completed' }),
    });
  if (provider.startsWith('anthropic')) {
    const reason = cut ? 'max_tokens' : 'end_turn';
    if (!streams) return JSON.stringify({ content: [{ type: 'text', text }], stop_reason: reason, ...usage });
    return sse(
      { type: 'content_block_delta', delta: { type: 'text_delta', text } },
      { type: 'message_delta', delta: { stop_reason: reason }, ...usage },
      { type: 'message_stop' },
    );
  }
  if (provider === 'gemini') {
    const reply = {
      candidates: [{ content: { parts: [{ text }] }, finishReason: cut ? 'MAX_TOKENS' : 'STOP' }],
      ...usage,
    };
    return streams ? sse(reply) : JSON.stringify(reply);
  }
  if (provider.startsWith('cohere')) {
    const reason = cut ? 'MAX_TOKENS' : 'COMPLETE';
    if (!streams)
      return JSON.stringify({
        message: { content: [{ type: 'text', text }] },
        finish_reason: reason,
        ...usage,
      });
    return sse(
      { type: 'content-delta', delta: { message: { content: { text } } } },
      { type: 'message-end', delta: { finish_reason: reason, ...usage } },
    );
  }
  if (provider === 'ollama')
    return `${JSON.stringify({ message: { content: text }, done: true, done_reason: stop, ...usage })}\n`;
  if (provider === 'bedrock')
    return JSON.stringify({
      output: { message: { content: [{ text }] } },
      stopReason: cut ? 'max_tokens' : 'end_turn',
      ...usage,
    });
  if (streams)
    return `${sse({ choices: [{ delta: { content: text } }] }, { choices: [{ delta: {}, finish_reason: stop }] }, { choices: [], ...usage })}data: [DONE]\n\n`;
  return JSON.stringify({ choices: [{ message: { content: text }, text, finish_reason: stop }], ...usage });
}

interface Conditions {
  readonly expected?: Expectation;
  readonly counted?: Counted | undefined;
  readonly query?: string;
}

/** What a reply of this API with this text means, cut by the token limit or not. */
export function judged(
  provider: string,
  probe: Probe,
  text: string,
  cut: boolean,
  { expected = {}, counted, query }: Conditions = {},
) {
  const asked = { provider, probe, expect: expected, ...(query !== undefined && { query }) };
  const model = modelAt('http://127.0.0.1:1', asked);
  const dialect = dialectFor(provider, probe);
  if (dialect === null) throw new Error(`${provider} has no ${probe}`);
  const body = Buffer.from(replyOf(provider, probe, text, cut, counted));
  const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
  reading?.push(body);
  reading?.end();
  const { reason } = judge(
    { status: 200, headers: {}, body, overLimit: false },
    { model, dialect, meets, reading },
  );
  return { reason, outcome: outcomeFor(reason, {}) };
}
