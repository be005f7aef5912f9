import type { Model } from '../../../domain/model.js';
import type { Answer } from '../../verdict/answer.js';
import { chatPath, contentOf, dataUrl } from '../attachment.js';
import type { Dialect, Draft, Question } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { finishOf } from './finish-mark.js';
import { blankAnswer, isFilled, textOf, usageOf } from './members.js';
import { isReasoning } from './reasoning.js';
import { bodyWith, chatMessages, tokenLimit } from './token-limit.js';

function ask(model: Model, stream: boolean): Question {
  const content = contentOf(model, (it) => ({ type: 'image_url', image_url: { url: dataUrl(it) } }));
  const body = {
    model: model.modelName,
    messages: chatMessages(model, { content }),
    max_tokens: tokenLimit(model),
    temperature: 0,
    thinking: isReasoning(model.modelName) ? { type: 'disabled' } : null,
    stream,
  };
  return {
    method: 'POST',
    path: chatPath(model),
    body: bodyWith(body, model),
    ...(stream && { headers: { accept: 'text/event-stream' } }),
  };
}

function usageIn(usage: unknown): Answer['usage'] {
  if (!isObject(usage)) return null;
  const counted = isObject(usage.tokens) ? usage.tokens : usage.billed_units;
  return isObject(counted) ? usageOf(counted.input_tokens, counted.output_tokens) : null;
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload) || !isObject(payload.message)) return null;
  const { content } = payload.message;
  const parts = Array.isArray(content) ? content.filter(isObject) : [{ text: content }];
  const joined = (member: 'text' | 'thinking'): string =>
    parts.map((part: Readonly<Record<string, unknown>>) => textOf(part[member])).join('');
  return {
    ...blankAnswer,
    text: joined('text'),
    reasoning: joined('thinking'),
    finish: finishOf(payload.finish_reason),
    usage: usageIn(payload.usage),
    called: isFilled(payload.message.tool_calls),
  };
}

function take(draft: Draft, data: unknown): void {
  if (data === '[DONE]') draft.ended = draft.closed = true;
  if (!isObject(data) || !isObject(data.delta)) return;
  const { delta } = data;
  const content = isObject(delta.message) && isObject(delta.message.content) ? delta.message.content : {};
  draft.text += textOf(content.text);
  draft.reasoning += textOf(content.thinking);
  if (data.type === 'tool-call-start') draft.called = true;
  if (data.type !== 'message-end') return;
  draft.finish = finishOf(delta.finish_reason);
  draft.usage = usageIn(delta.usage);
  if (delta.error !== undefined && delta.error !== null) draft.error = delta.error;
  draft.ended = draft.closed = true;
}

/** Cohere's chat API, version 2. */
export const cohereChat: Dialect = { ask: (model) => ask(model, false), read };

/** The same, streamed. */
export const cohereChatStream: Dialect = {
  ask: (model) => ask(model, true),
  read,
  stream: { framing: 'sse', take: (draft, { data }) => take(draft, data) },
};
