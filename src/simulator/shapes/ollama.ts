import { vectorOf, wordsOf, type Said, type Shape } from '../shape.js';

function part({ model, now }: Said, content: string): object {
  return {
    model,
    created_at: new Date(now).toISOString(),
    message: { role: 'assistant', content },
    done: false,
  };
}

function last(said: Said, content: string): object {
  return {
    ...part(said, content),
    done: true,
    done_reason: said.finish === 'length' ? 'length' : 'stop',
    prompt_eval_count: said.input,
    eval_count: said.output,
  };
}

const error: Shape['error'] = (_status, { message }) => ({ error: message });

/** Ollama's chat API. */
export const ollamaChat: Shape = {
  whole: (said) => last(said, said.text),
  stream: {
    contentType: 'application/x-ndjson',
    events: (said) =>
      [...wordsOf(said.text).map((word) => part(said, word)), last(said, '')].map(
        (line) => `${JSON.stringify(line)}\n`,
      ),
  },
  error,
};

/** Ollama's embed API. */
export const ollamaEmbedding: Shape = {
  whole: (said) => ({
    model: said.model,
    embeddings: [vectorOf(said)],
    prompt_eval_count: said.input,
  }),
  error,
};
