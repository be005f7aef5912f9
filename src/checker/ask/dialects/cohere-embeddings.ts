import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { blankAnswer, isFilled, usageOf, vectorIn } from './members.js';
import { bodyWith } from './token-limit.js';

function readEmbedding(payload: unknown): Answer | null {
  if (!isObject(payload) || !isObject(payload.embeddings)) return null;
  const { float, int8, uint8, binary, ubinary, base64 } = payload.embeddings;
  const vectors = [float, int8, uint8, binary, ubinary, base64].find(isFilled);
  const meta = isObject(payload.meta) && isObject(payload.meta.billed_units) ? payload.meta.billed_units : {};
  return { ...blankAnswer, ...vectorIn(vectors?.[0]), usage: usageOf(meta.input_tokens, 0) };
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
