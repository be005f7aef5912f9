import type { Model, Probe } from '../../../domain/model.js';
import { isReasoning } from './reasoning.js';

/** "The capital of India is New Delhi." takes 8 tokens; some models reject limits below 16. */
const answerTokens = 16;
/** Reasoning counts against the limit and takes a few hundred tokens even at the lowest level. */
const reasoningTokens = 1_024;

/** A call of a tool, and an object of two members, take up to 60 tokens in some APIs; a code word takes up to 10. */
const wantedTokens: Readonly<Partial<Record<Probe, number>>> = { tools: 128, structured: 128, context: 32 };

/** Token limit of the answer of a model that does not reason. */
export const plainLimit = (probe: Probe): number => wantedTokens[probe] ?? answerTokens;

/** Token limit of the answer. */
export function tokenLimit(model: Pick<Model, 'maxTokens' | 'modelName' | 'probe'>): number {
  return model.maxTokens ?? (isReasoning(model.modelName) ? reasoningTokens : plainLimit(model.probe));
}

/** Merges `requestOptions` into a request body, with precedence; null removes a member. */
export function bodyWith(
  body: Readonly<Record<string, unknown>>,
  { requestOptions }: Pick<Model, 'requestOptions'>,
): Readonly<Record<string, unknown>> {
  const all = Object.entries({ ...body, ...requestOptions });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined));
}

/** Chat messages in the format of most APIs; `user` adds members to the question or replaces its content. */
export function chatMessages(
  { systemPrompt, query }: Pick<Model, 'systemPrompt' | 'query'>,
  user: { readonly content?: unknown; readonly images?: readonly string[] } = {},
) {
  return [
    ...(systemPrompt === null ? [] : [{ role: 'system', content: systemPrompt }]),
    { role: 'user', content: query, ...user },
  ];
}
