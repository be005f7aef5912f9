import {
  argumentsText,
  sse,
  vectorOf,
  wordsOf,
  type Refusal,
  type Completion,
  type Shape,
} from '../shape.js';

export function openaiError(_status: number, refusal: Refusal): object {
  return { error: { ...refusal, param: null } };
}

function envelope({ id, now, model }: Completion, object: string): object {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(now / 1000), model };
}

function usage({ input, output, reasoning }: Completion): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function chunks(completion: Completion): string[] {
  const chunk = (more: object) => sse({ ...envelope(completion, 'chat.completion.chunk'), ...more });
  const delta = (content: object, finishReason: string | null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: finishReason }] });
  return [
    delta({ role: 'assistant', content: '' }, null),
    ...wordsOf(completion.text).map((word) => delta({ content: word }, null)),
    delta({}, completion.finish),
    chunk({ choices: [], usage: usage(completion) }),
    'data: [DONE]\n\n',
  ];
}

/** The call of a tool, in the format that Cohere has too. */
export function toolCallsOf({ id, call }: Completion): object {
  if (call === null) return {};
  const called = { name: call.name, arguments: argumentsText(call.arguments) };
  return { tool_calls: [{ id: `call_${id}`, type: 'function', function: called }] };
}

/** OpenAI's chat completions. */
export const openaiChat: Shape = {
  whole: (completion) => ({
    ...envelope(completion, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: completion.call === null ? completion.text : null,
          refusal: null,
          ...toolCallsOf(completion),
        },
        finish_reason: completion.call === null ? completion.finish : 'tool_calls',
      },
    ],
    usage: usage(completion),
  }),
  stream: { contentType: 'text/event-stream', events: chunks },
  error: openaiError,
};

/** OpenAI's legacy completions. */
export const openaiCompletion: Shape = {
  whole: (completion) => ({
    ...envelope(completion, 'text_completion'),
    choices: [{ index: 0, text: completion.text, finish_reason: completion.finish }],
    usage: usage(completion),
  }),
  error: openaiError,
};

/** OpenAI's embeddings. */
export const openaiEmbedding: Shape = {
  whole: (completion) => ({
    object: 'list',
    model: completion.model,
    data: [{ object: 'embedding', index: 0, embedding: vectorOf(completion) }],
    usage: { prompt_tokens: completion.input, total_tokens: completion.input },
  }),
  error: openaiError,
};
