import { sse, vectorOf, wordsOf, type Refusal, type Said, type Shape } from '../shape.js';

export function openaiError(_status: number, refusal: Refusal): object {
  return { error: { ...refusal, param: null } };
}

function envelope({ id, now, model }: Said, object: string): object {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(now / 1000), model };
}

function usage({ input, output, reasoning }: Said): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function chunks(said: Said): string[] {
  const chunk = (more: object) => sse({ ...envelope(said, 'chat.completion.chunk'), ...more });
  const delta = (content: object, finishReason: string | null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: finishReason }] });
  return [
    delta({ role: 'assistant', content: '' }, null),
    ...wordsOf(said.text).map((word) => delta({ content: word }, null)),
    delta({}, said.finish),
    chunk({ choices: [], usage: usage(said) }),
    'data: [DONE]\n\n',
  ];
}

/** OpenAI's chat completions. */
export const openaiChat: Shape = {
  whole: (said) => ({
    ...envelope(said, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: said.text, refusal: null },
        finish_reason: said.finish,
      },
    ],
    usage: usage(said),
  }),
  stream: { contentType: 'text/event-stream', events: chunks },
  error: openaiError,
};

/** OpenAI's legacy completions. */
export const openaiCompletion: Shape = {
  whole: (said) => ({
    ...envelope(said, 'text_completion'),
    choices: [{ index: 0, text: said.text, finish_reason: said.finish }],
    usage: usage(said),
  }),
  error: openaiError,
};

/** OpenAI's embeddings. */
export const openaiEmbedding: Shape = {
  whole: (said) => ({
    object: 'list',
    model: said.model,
    data: [{ object: 'embedding', index: 0, embedding: vectorOf(said) }],
    usage: { prompt_tokens: said.input, total_tokens: said.input },
  }),
  error: openaiError,
};
