import type { Usage } from '../../../domain/result.js';
import type { Answer } from '../../verdict/answer.js';
import type { Draft, StreamEvent } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { finishOf } from './finish-mark.js';
import { countOf, isFilled, numberOf, textOf } from './members.js';
import { identityOf } from './reply-identity.js';

/** Content is a string, or a list of parts of which some are reasoning. */
function textIn(content: unknown, type: 'text' | 'thinking'): string {
  if (!Array.isArray(content)) return type === 'text' ? textOf(content) : '';
  const parts = content.filter(isObject).filter((part) => (part.type ?? 'text') === type);
  return parts.map((part) => textOf(part[type]) || inner(part[type])).join('');
}

/** The text of parts inside a part, which have no parts of their own. */
function inner(parts: unknown): string {
  return Array.isArray(parts)
    ? parts
        .filter(isObject)
        .map(({ text }) => textOf(text))
        .join('')
    : '';
}

/**
 * Tokens of reasoning as `usage` counts them; null when it does not. Gateways that count neither part of an answer write
 * zeros for both.
 */
function reasoningTokensIn(usage: unknown): number | null {
  if (!isObject(usage)) return null;
  const details = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : usage;
  const { reasoning_tokens: reasoning, text_tokens: text } = details;
  return reasoning === 0 && text === 0 ? null : numberOf(reasoning);
}

/** Tokens as `usage` counts them; null when it counts none. */
function usageIn(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const { prompt_tokens: input, completion_tokens: output, completion_tokens_details: details } = usage;
  if (input === undefined && output === undefined) return null;
  const reasoning = isObject(details) ? countOf(details.reasoning_tokens) : 0;
  return { inputTokens: countOf(input), outputTokens: Math.max(countOf(output), reasoning) };
}

function reasoningIn({ reasoning_content, reasoning, content }: Readonly<Record<string, unknown>>): string {
  return textOf(reasoning_content) || textOf(reasoning) || textIn(content, 'thinking');
}

const callsIn = ({ tool_calls: calls, function_call: call }: Readonly<Record<string, unknown>>): boolean =>
  isFilled(calls) || isObject(call);

/** A chat completion, or with `text` in the place of a message a legacy completion; null when it is neither. */
export function readCompletion(payload: unknown): Answer | null {
  if (!isObject(payload) || !Array.isArray(payload.choices)) return null;
  const choice: unknown = payload.choices[0];
  if (!isObject(choice)) return null;
  const failed = choice.error !== undefined && choice.error !== null;
  const legacy: Record<string, unknown> | null =
    typeof choice.text === 'string' ? { content: choice.text } : null;
  const message = isObject(choice.message) ? choice.message : legacy;
  if (message === null && !failed) return null;
  const { content, refusal } = message ?? {};
  if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content))
    return null;
  return {
    text: textIn(content, 'text'),
    reasoning: reasoningIn(message ?? {}),
    finish: finishOf(choice.finish_reason),
    refusal: textOf(refusal).trim() || null,
    usage: usageIn(payload.usage),
    reasoningTokens: reasoningTokensIn(payload.usage),
    model: textOf(payload.model) || null,
    fingerprint: textOf(payload.system_fingerprint) || null,
    ...identityOf(payload.id, payload.created),
    ...(callsIn(message ?? {}) && { called: true }),
    ...(failed && { error: choice.error }),
  };
}

/** One chunk of a streamed chat completion. */
export function takeChunk(draft: Draft, { data }: StreamEvent): void {
  if (data === '[DONE]') draft.ended = draft.closed = true;
  if (!isObject(data)) return;
  // Groq counts in a member of its own.
  const groq = isObject(data.x_groq) ? data.x_groq : {};
  draft.usage = usageIn(data.usage) ?? usageIn(groq.usage) ?? draft.usage;
  draft.reasoningTokens =
    reasoningTokensIn(data.usage) ?? reasoningTokensIn(groq.usage) ?? draft.reasoningTokens ?? null;
  draft.model = textOf(data.model) || draft.model;
  draft.fingerprint = textOf(data.system_fingerprint) || (draft.fingerprint ?? null);
  if (draft.identity === undefined) Object.assign(draft, identityOf(data.id, data.created));
  const choice: unknown = Array.isArray(data.choices) ? data.choices[0] : undefined;
  if (!isObject(choice)) return;
  if (choice.error !== undefined && choice.error !== null) draft.error = choice.error;
  const delta = isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : {};
  draft.text += textIn(delta.content, 'text');
  draft.reasoning += reasoningIn(delta);
  draft.refusal = (draft.refusal ?? '') + textOf(delta.refusal) || null;
  if (callsIn(delta)) draft.called = true;
  const finish = finishOf(choice.finish_reason);
  if (finish === null) return;
  draft.finish = finish;
  draft.ended = true;
}
