import { EventStreamCodec } from '@smithy/core/event-streams';
import { wordsOf, type Completion, type Shape } from '../shape.js';

const stopReasons = { stop: 'end_turn', length: 'max_tokens', content_filter: 'content_filtered' } as const;

function usage({ input, output }: Completion): object {
  return { inputTokens: input, outputTokens: output, totalTokens: input + output };
}

/** Frames of Amazon's event stream: length, headers, payload and checksums. */
function frames(completion: Completion): Uint8Array[] {
  const codec = new EventStreamCodec(
    (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
    (text) => Buffer.from(text),
  );
  const frame = (name: string, data: object): Uint8Array =>
    codec.encode({
      headers: {
        ':message-type': { type: 'string', value: 'event' },
        ':event-type': { type: 'string', value: name },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: Buffer.from(JSON.stringify(data)),
    });
  return [
    frame('messageStart', { role: 'assistant' }),
    ...wordsOf(completion.text).map((text) =>
      frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }),
    ),
    frame('contentBlockStop', { contentBlockIndex: 0 }),
    frame('messageStop', { stopReason: stopReasons[completion.finish] }),
    frame('metadata', { usage: usage(completion), metrics: { latencyMs: 1 } }),
  ];
}

function contentOf({ id, text, call }: Completion): object[] {
  if (call === null) return [{ text }];
  return [{ toolUse: { toolUseId: id, name: call.name, input: call.arguments } }];
}

/** Bedrock's Converse API. */
export const bedrockConverse: Shape = {
  whole: (completion) => ({
    output: { message: { role: 'assistant', content: contentOf(completion) } },
    stopReason: completion.call === null ? stopReasons[completion.finish] : 'tool_use',
    usage: usage(completion),
    metrics: { latencyMs: 1 },
  }),
  stream: { contentType: 'application/vnd.amazon.eventstream', events: frames },
  error: (_status, { message }) => ({ message }),
};
