import type { Model } from '../../../domain/model.js';
import type { Answer } from '../../verdict/answer.js';
import { attached, chatPath } from '../attachment.js';
import type { Dialect, Question } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { finishOf } from './finish-mark.js';
import { countOf, numberOf, textOf } from './members.js';
import { piecewise } from './piecewise.js';
import { bodyWith, plainLimit } from './token-limit.js';

/** The least thinking that each family supports, and a token limit with room for it. */
function thinkingOf(modelName: string): { readonly limit: number; readonly config: object | null } {
  const name = modelName.toLowerCase().replace(/^.*\//, '');
  if (name.startsWith('gemini-2.5-flash')) return { limit: 16, config: { thinkingBudget: 0 } };
  if (name.startsWith('gemini-2.5-pro')) return { limit: 1_024, config: { thinkingBudget: 128 } };
  if (/^gemini-(?:[3-9]|flash(?:-lite)?-latest|pro-latest)/.test(name))
    return { limit: 1_024, config: { thinkingLevel: 'low' } };
  return { limit: 16, config: null };
}

function ask(model: Model, stream: boolean): Question {
  const { query, systemPrompt, maxTokens, requestOptions, modelName, probe } = model;
  const { limit, config } = thinkingOf(modelName);
  const options = isObject(requestOptions.generationConfig) ? requestOptions.generationConfig : {};
  // Google advises against any temperature but the default from Gemini 3 on.
  const own = {
    maxOutputTokens: maxTokens ?? Math.max(limit, plainLimit(probe)),
    temperature: limit === 16 ? 0 : null,
    thinkingConfig: config,
  };
  const data = attached(model, ({ mediaType: mimeType, base64 }) => ({
    inlineData: { mimeType, data: base64 },
  }));
  const body = {
    contents: [{ role: 'user', parts: [{ text: query }, ...data] }],
    systemInstruction: systemPrompt === null ? null : { parts: [{ text: systemPrompt }] },
  };
  const path = chatPath(model);
  return {
    method: 'POST',
    path: stream ? `${path.replace(':generateContent', ':streamGenerateContent')}?alt=sse` : path,
    body: {
      ...bodyWith(body, model),
      generationConfig: bodyWith(own, { requestOptions: options }),
    },
  };
}

function usageIn(usage: unknown): Answer['usage'] {
  if (!isObject(usage)) return null;
  const output = countOf(usage.candidatesTokenCount) + countOf(usage.thoughtsTokenCount);
  return { inputTokens: countOf(usage.promptTokenCount), outputTokens: output };
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload)) return null;
  const candidate: unknown = Array.isArray(payload.candidates) ? payload.candidates[0] : undefined;
  const feedback = isObject(payload.promptFeedback) ? payload.promptFeedback : {};
  const blocked = textOf(feedback.blockReason);
  if (!isObject(candidate) && blocked === '') return null;
  const { content, finishReason } = isObject(candidate) ? candidate : {};
  const parts = isObject(content) && Array.isArray(content.parts) ? content.parts.filter(isObject) : [];
  const joined = (thought: boolean): string =>
    parts
      .filter((part) => (part.thought === true) === thought)
      .map((part) => textOf(part.text))
      .join('');
  return {
    text: joined(false),
    reasoning: joined(true),
    finish: blocked === '' ? finishOf(finishReason) : 'filtered',
    refusal: blocked || null,
    usage: usageIn(payload.usageMetadata),
    reasoningTokens: isObject(payload.usageMetadata)
      ? numberOf(payload.usageMetadata.thoughtsTokenCount)
      : null,
    model: textOf(payload.modelVersion) || null,
    called: parts.some(({ functionCall }) => isObject(functionCall)),
  };
}

/** Google's generateContent. */
export const geminiChat: Dialect = { ask: (model) => ask(model, false), read };

/** The same, streamed; ends with an event with a finish reason. */
export const geminiChatStream: Dialect = {
  ask: (model) => ask(model, true),
  read,
  stream: { framing: 'sse', take: piecewise(read) },
};
