import { isObject } from '../../../domain/json.js';
import type { Model } from '../../../domain/model.js';
import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { blankAnswer, textOf, usageOf } from './members.js';
import { readCompletion } from './openai-answer.js';
import { bodyWith, tokenLimit } from './token-limit.js';

/** The reply of llama.cpp below `/completions`, which is not OpenAI's; its API stands below `/v1`, too. */
function readNative(payload: unknown): Answer | null {
  if (!isObject(payload) || typeof payload.content !== 'string' || payload.stop !== true) return null;
  return {
    ...blankAnswer,
    text: payload.content,
    finish: payload.stop_type === 'limit' || payload.stopped_limit === true ? 'length' : 'stop',
    usage: usageOf(payload.tokens_evaluated, payload.tokens_predicted),
    model: textOf(payload.model) || null,
  };
}

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
  read: (payload) => readCompletion(payload) ?? readNative(payload),
};

function promptOf({ systemPrompt, query }: Model): string {
  return systemPrompt === null ? query : `${systemPrompt}\n\n${query}`;
}
