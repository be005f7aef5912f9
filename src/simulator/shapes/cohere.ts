import { toolCallsOf } from './openai.js';
import { sse, vectorOf, wordsOf, type Completion, type Shape } from '../shape.js';

const finishReasons = { stop: 'COMPLETE', length: 'MAX_TOKENS', content_filter: 'ERROR_TOXIC' } as const;

function usage({ input, output }: Completion): object {
  const tokens = { input_tokens: input, output_tokens: output };
  return { billed_units: tokens, tokens };
}

function events(completion: Completion): string[] {
  const event = (type: string, data: object) => sse({ type, ...data }, type);
  const content = (type: string, part: object) =>
    event(type, { index: 0, delta: { message: { content: part } } });
  return [
    event('message-start', { id: completion.id, delta: { message: { role: 'assistant', content: [] } } }),
    content('content-start', { type: 'text', text: '' }),
    ...wordsOf(completion.text).map((text) => content('content-delta', { text })),
    event('content-end', { index: 0 }),
    event('message-end', {
      delta: { finish_reason: finishReasons[completion.finish], usage: usage(completion) },
    }),
  ];
}

const error: Shape['error'] = (_status, { message }) => ({ message });

/** Cohere's Chat API. */
export const cohereChat: Shape = {
  whole: (completion) => ({
    id: completion.id,
    finish_reason: completion.call === null ? finishReasons[completion.finish] : 'TOOL_CALL',
    message: {
      role: 'assistant',
      ...(completion.call === null
        ? { content: [{ type: 'text', text: completion.text }] }
        : toolCallsOf(completion)),
    },
    usage: usage(completion),
  }),
  stream: { contentType: 'text/event-stream', events },
  error,
};

/** Cohere's Embed API. */
export const cohereEmbedding: Shape = {
  whole: (completion) => ({
    id: completion.id,
    embeddings: { float: [vectorOf(completion)] },
    meta: { billed_units: { input_tokens: completion.input } },
  }),
  error,
};
