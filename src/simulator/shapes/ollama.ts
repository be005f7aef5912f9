import { vectorOf, wordsOf, type Completion, type Shape } from '../shape.js';

function part({ model, now }: Completion, content: string): object {
  return {
    model,
    created_at: new Date(now).toISOString(),
    message: { role: 'assistant', content },
    done: false,
  };
}

function last(completion: Completion, content: string): object {
  return {
    ...part(completion, content),
    ...(completion.call !== null && {
      message: { role: 'assistant', content, tool_calls: [{ function: completion.call }] },
    }),
    done: true,
    done_reason: completion.finish === 'length' ? 'length' : 'stop',
    prompt_eval_count: completion.input,
    eval_count: completion.output,
  };
}

const error: Shape['error'] = (_status, { message }) => ({ error: message });

/** Ollama's chat API. */
export const ollamaChat: Shape = {
  whole: (completion) => last(completion, completion.text),
  stream: {
    contentType: 'application/x-ndjson',
    events: (completion) =>
      [...wordsOf(completion.text).map((word) => part(completion, word)), last(completion, '')].map(
        (line) => `${JSON.stringify(line)}\n`,
      ),
  },
  error,
};

/** Ollama's embed API. */
export const ollamaEmbedding: Shape = {
  whole: (completion) => ({
    model: completion.model,
    embeddings: [vectorOf(completion)],
    prompt_eval_count: completion.input,
  }),
  error,
};
