import { sse, vectorOf, wordsOf, type Said, type Shape } from '../shape.js';

const finishReasons = { stop: 'COMPLETE', length: 'MAX_TOKENS', content_filter: 'ERROR_TOXIC' } as const;

function usage({ input, output }: Said): object {
  const tokens = { input_tokens: input, output_tokens: output };
  return { billed_units: tokens, tokens };
}

function events(said: Said): string[] {
  const event = (type: string, data: object) => sse({ type, ...data }, type);
  const content = (type: string, part: object) =>
    event(type, { index: 0, delta: { message: { content: part } } });
  return [
    event('message-start', { id: said.id, delta: { message: { role: 'assistant', content: [] } } }),
    content('content-start', { type: 'text', text: '' }),
    ...wordsOf(said.text).map((text) => content('content-delta', { text })),
    event('content-end', { index: 0 }),
    event('message-end', { delta: { finish_reason: finishReasons[said.finish], usage: usage(said) } }),
  ];
}

const error: Shape['error'] = (_status, { message }) => ({ message });

/** Cohere's Chat API. */
export const cohereChat: Shape = {
  whole: (said) => ({
    id: said.id,
    finish_reason: finishReasons[said.finish],
    message: { role: 'assistant', content: [{ type: 'text', text: said.text }] },
    usage: usage(said),
  }),
  stream: { contentType: 'text/event-stream', events },
  error,
};

/** Cohere's Embed API. */
export const cohereEmbedding: Shape = {
  whole: (said) => ({
    id: said.id,
    embeddings: { float: [vectorOf(said)] },
    meta: { billed_units: { input_tokens: said.input } },
  }),
  error,
};
