import type { Model } from '../../../domain/model.js';
import type { Answer } from '../../verdict/answer.js';
import { chatPath, contentOf, type Attachment } from '../attachment.js';
import type { Dialect, Draft, Question, StreamEvent } from '../dialect.js';
import { isObject, type Members } from '../../../domain/json.js';
import { finishOf } from './finish-mark.js';
import { countOf, textOf } from './members.js';
import { bodyWith, tokenLimit } from './token-limit.js';

/** Required of every request. */
export const anthropicVersion = { 'anthropic-version': '2023-06-01' };

const pictureOf = ({ mediaType, base64 }: Attachment): object => ({
  type: 'image',
  source: { type: 'base64', media_type: mediaType, data: base64 },
});

function ask(model: Model, stream: boolean): Question {
  const { modelName, systemPrompt } = model;
  // No temperature: the newest families reject any but their default.
  const body = {
    model: modelName,
    max_tokens: tokenLimit(model),
    messages: [{ role: 'user', content: contentOf(model, pictureOf) }],
    system: systemPrompt,
    stream: stream ? true : null,
  };
  const accept = stream ? { accept: 'text/event-stream' } : {};
  return {
    method: 'POST',
    path: chatPath(model),
    body: bodyWith(body, model),
    headers: { ...anthropicVersion, ...accept },
  };
}

function usageIn(usage: unknown): Answer['usage'] {
  if (!isObject(usage)) return null;
  const { cache_creation_input_tokens: created, cache_read_input_tokens: cached } = usage;
  const input = countOf(usage.input_tokens) + countOf(created) + countOf(cached);
  return { inputTokens: input, outputTokens: countOf(usage.output_tokens) };
}

function joined(parts: readonly Members[], member: 'text' | 'thinking'): string {
  return parts.map((part) => textOf(part[member])).join('');
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload) || !Array.isArray(payload.content)) return null;
  const parts = payload.content.filter(isObject);
  return {
    text: joined(parts, 'text'),
    reasoning: joined(parts, 'thinking'),
    finish: finishOf(payload.stop_reason),
    refusal: null,
    usage: usageIn(payload.usage),
    model: textOf(payload.model) || null,
    ...(parts.some(({ type }) => type === 'tool_use') && { called: true }),
  };
}

function take(draft: Draft, { data }: StreamEvent): void {
  if (!isObject(data)) return;
  const { message, delta, content_block: block } = data;
  if (isObject(message)) {
    draft.model = textOf(message.model) || draft.model;
    draft.usage = usageIn(message.usage) ?? draft.usage;
  }
  for (const part of [block, delta].filter(isObject)) {
    draft.text += textOf(part.text);
    draft.reasoning += textOf(part.thinking);
    draft.finish = finishOf(part.stop_reason) ?? draft.finish;
  }
  if (data.type === 'message_delta' && isObject(data.usage)) {
    const said = usageIn(data.usage);
    const input = Math.max(said?.inputTokens ?? 0, draft.usage?.inputTokens ?? 0);
    draft.usage = { inputTokens: input, outputTokens: said?.outputTokens ?? 0 };
  }
  if (isObject(block) && block.type === 'tool_use') draft.called = true;
  draft.closed ||= data.type === 'message_stop';
  draft.ended ||= draft.closed || draft.finish !== null;
}

/** Anthropic's Messages API. */
export const anthropicChat: Dialect = { ask: (model) => ask(model, false), read };

/** The same, streamed. */
export const anthropicChatStream: Dialect = {
  ask: (model) => ask(model, true),
  read,
  stream: { framing: 'sse', take },
};
