import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { blankAnswer, textOf, usageOf, vectorIn } from './members.js';
import { bodyWith } from './token-limit.js';

/** The reply of llama.cpp below `/embeddings`, which is not OpenAI's; its API stands below `/v1`, too. */
function readNative(payload: readonly unknown[]): Answer | null {
  const [first] = payload;
  return isObject(first) && Array.isArray(first.embedding)
    ? { ...blankAnswer, ...vectorIn(first.embedding) }
    : null;
}

function readEmbedding(payload: unknown): Answer | null {
  if (Array.isArray(payload)) return readNative(payload);
  if (!isObject(payload) || !Array.isArray(payload.data)) return null;
  const first: unknown = payload.data[0];
  const usage = isObject(payload.usage) ? payload.usage : {};
  return {
    ...blankAnswer,
    ...vectorIn(isObject(first) ? first.embedding : undefined),
    usage: usageOf(usage.prompt_tokens, usage.total_tokens === undefined ? undefined : 0),
    model: textOf(payload.model) || null,
  };
}

/** A vector for the question. */
export const openaiEmbeddings: Dialect = {
  ask: (model) => ({
    method: 'POST',
    path: model.endpoint.paths.embeddings,
    body: bodyWith({ model: model.modelName, input: model.query }, model),
  }),
  read: readEmbedding,
};
