import type { Model } from '../../../domain/model.js';
import { isReasoning } from './reasoning.js';

/** "The capital of India is New Delhi." takes 8 tokens; some models refuse less than 16. */
const answerTokens = 16;
/** Reasoning is counted against the limit, and even the least of it takes some hundred tokens. */
const reasoningTokens = 1_024;

/** How many tokens the answer may have. */
export function tokenLimit(model: Pick<Model, 'maxTokens' | 'modelName'>): number {
  return model.maxTokens ?? (isReasoning(model.modelName) ? reasoningTokens : answerTokens);
}

/** A request body: what the configuration adds or, with null, takes away has the last word. */
export function bodyWith(
  body: Readonly<Record<string, unknown>>,
  { requestOptions }: Pick<Model, 'requestOptions'>,
): Readonly<Record<string, unknown>> {
  const all = Object.entries({ ...body, ...requestOptions });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined));
}

/** The messages of a chat as most APIs take them; `user` has what the question has beside its text, or in its place. */
export function chatMessages(
  { systemPrompt, query }: Pick<Model, 'systemPrompt' | 'query'>,
  user: { readonly content?: unknown; readonly images?: readonly string[] } = {},
) {
  return [
    ...(systemPrompt === null ? [] : [{ role: 'system', content: systemPrompt }]),
    { role: 'user', content: query, ...user },
  ];
}
