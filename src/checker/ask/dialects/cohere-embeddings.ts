import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { blankAnswer, usageOf, vectorLength } from './members.js';
import { bodyWith } from './token-limit.js';

function readEmbedding(payload: unknown): Answer | null {
  if (!isObject(payload) || !isObject(payload.embeddings)) return null;
  const { float } = payload.embeddings;
  const meta = isObject(payload.meta) && isObject(payload.meta.billed_units) ? payload.meta.billed_units : {};
  const vector = Array.isArray(float) ? vectorLength(float[0]) : 0;
  return { ...blankAnswer, vector, usage: usageOf(meta.input_tokens, 0) };
}

/** Cohere's embed, version 2. */
export const cohereEmbeddings: Dialect = {
  ask: (model) => ({
    method: 'POST',
    path: model.endpoint.paths.embeddings,
    body: bodyWith(
      {
        model: model.modelName,
        texts: [model.query],
        input_type: 'search_query',
        embedding_types: ['float'],
      },
      model,
    ),
  }),
  read: readEmbedding,
};
