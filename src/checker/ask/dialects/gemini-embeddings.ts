import type { Dialect } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { blankAnswer, vectorIn } from './members.js';
import { bodyWith } from './token-limit.js';

/** Google's embedContent. */
export const geminiEmbeddings: Dialect = {
  ask: (model) => ({
    method: 'POST',
    path: model.endpoint.paths.embeddings,
    body: bodyWith({ content: { parts: [{ text: model.query }] } }, model),
  }),
  read: (payload) =>
    isObject(payload) && isObject(payload.embedding)
      ? { ...blankAnswer, ...vectorIn(payload.embedding.values) }
      : null,
};
