import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { blankAnswer, textOf, usageOf, vectorIn } from './members.js';
import { openaiEmbeddings } from './openai-embeddings.js';

function readEmbedding(payload: unknown): Answer | null {
  if (!isObject(payload) || !Array.isArray(payload.embeddings)) return null;
  return {
    ...blankAnswer,
    ...vectorIn(payload.embeddings[0]),
    usage: usageOf(payload.prompt_eval_count, 0),
    model: textOf(payload.model) || null,
  };
}

/** Ollama's embeddings: OpenAI's request, another reply. */
export const ollamaEmbeddings: Dialect = {
  ask: openaiEmbeddings.ask,
  read: readEmbedding,
};
