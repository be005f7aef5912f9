import { longQuestion } from '../../../domain/long-question.js';
import type { Dialect } from '../dialect.js';

/** A chat whose question stands at the end of a long text, and whose answer at its beginning. */
export function withContext(chat: Dialect): Dialect {
  return {
    ...chat,
    ask: (model) => chat.ask({ ...model, query: longQuestion(model.contextTokens ?? 0, model.query) }),
  };
}
