import type { Model } from '../../../domain/model.js';
import type { Dialect } from '../dialect.js';
import { readCompletion } from './openai-answer.js';
import { bodyWith, tokenLimit } from './token-limit.js';

/** OpenAI's legacy completions. */
export const openaiCompletion: Dialect = {
  ask: (model) => ({
    method: 'POST',
    path: model.endpoint.paths.completions,
    body: bodyWith(
      { model: model.modelName, prompt: promptOf(model), max_tokens: tokenLimit(model), temperature: 0 },
      model,
    ),
  }),
  read: readCompletion,
};

function promptOf({ systemPrompt, query }: Model): string {
  return systemPrompt === null ? query : `${systemPrompt}\n\n${query}`;
}
