import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { finishOf } from './finish-mark.js';
import { numberOf, textOf, usageOf } from './members.js';
import { effortOf } from './least-reasoning.js';
import { identityOf } from './reply-identity.js';
import { takesTemperature } from './reasoning.js';
import { bodyWith, tokenLimit } from './token-limit.js';

/** The API's own minimum of `max_output_tokens`. */
const leastTokens = 16;

function partsIn(payload: Readonly<Record<string, unknown>>, type: string): Record<string, unknown>[] {
  const items = Array.isArray(payload.output) ? payload.output.filter(isObject) : [];
  return items
    .filter((item) => item.type === type)
    .flatMap((item) => [item.content, item.summary])
    .flatMap((parts) => (Array.isArray(parts) ? parts.filter(isObject) : []));
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload) || !Array.isArray(payload.output)) return null;
  const said = partsIn(payload, 'message');
  const thought = partsIn(payload, 'reasoning');
  const why = isObject(payload.incomplete_details) ? payload.incomplete_details.reason : undefined;
  const usage = isObject(payload.usage) ? payload.usage : {};
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  const texts = said.filter(({ type }) => type === 'output_text');
  return {
    text: texts.map(({ text }) => textOf(text)).join(''),
    reasoning: thought.map(({ text }) => textOf(text)).join(''),
    finish: payload.status === 'failed' ? 'error' : finishOf(why ?? payload.status),
    refusal: said.map(({ refusal }) => textOf(refusal)).join('') || null,
    usage: usageOf(usage.input_tokens, usage.output_tokens),
    reasoningTokens: numberOf(details.reasoning_tokens),
    model: textOf(payload.model) || null,
    ...identityOf(payload.id, payload.created_at),
    called: payload.output.filter(isObject).some(({ type }) => textOf(type).endsWith('_call')),
  };
}

/** OpenAI's Responses API; the provider does not store the response. */
export const openaiResponses: Dialect = {
  ask: (model) => {
    const { modelName, query, systemPrompt, endpoint } = model;
    const effort = effortOf(modelName);
    const body = {
      model: modelName,
      input: query,
      instructions: systemPrompt,
      max_output_tokens: Math.max(leastTokens, tokenLimit(model)),
      store: false,
      temperature: takesTemperature(modelName) ? 0 : null,
      reasoning: effort === null ? null : { effort },
    };
    return { method: 'POST', path: endpoint.paths.responses, body: bodyWith(body, model) };
  },
  read,
};
