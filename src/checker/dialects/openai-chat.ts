import type { Model } from '../../domain/model.js';
import type { Usage } from '../../domain/result.js';
import type { Answer } from '../answer.js';
import type { Dialect, Question } from '../dialect.js';
import { isObject } from '../error-member.js';
import { effortOf, isOpenaiReasoning, isReasoning } from './reasoning.js';

interface Flavour {
  /** Which of its two names the provider accepts for the token limit. */
  readonly limit: 'max_tokens' | 'max_completion_tokens';
  /** Whether it takes `reasoning_effort`. */
  readonly effort: boolean;
  readonly rules?: NonNullable<Dialect['rules']>;
}

/** "The capital of India is New Delhi." takes 8 tokens; some models refuse less than 16. */
const answerTokens = 16;
/** Reasoning is counted against the limit, and even the least of it takes some hundred tokens. */
const reasoningTokens = 1_024;

function limitOf(model: Model, { limit }: Flavour): Readonly<Record<string, number>> {
  if ('max_tokens' in model.requestOptions || 'max_completion_tokens' in model.requestOptions) return {};
  const tokens = model.maxTokens ?? (isReasoning(model.modelName) ? reasoningTokens : answerTokens);
  return isOpenaiReasoning(model.modelName) ? { max_completion_tokens: tokens } : { [limit]: tokens };
}

function ask(model: Model, flavour: Flavour): Question {
  const { modelName, systemPrompt, query, requestOptions, endpoint } = model;
  const effort = flavour.effort ? effortOf(modelName) : null;
  // OpenAI's reasoning models, and those that search, refuse a temperature.
  const temperature = isOpenaiReasoning(modelName) || modelName.includes('-search') ? {} : { temperature: 0 };
  const body: Readonly<Record<string, unknown>> = {
    model: modelName,
    messages: [
      ...(systemPrompt === null ? [] : [{ role: 'system', content: systemPrompt }]),
      { role: 'user', content: query },
    ],
    ...limitOf(model, flavour),
    ...temperature,
    ...(effort !== null && { reasoning_effort: effort }),
    ...requestOptions,
  };
  const sent = Object.entries(body).filter(([, value]) => value !== null);
  return { method: 'POST', path: endpoint.paths.chat, body: Object.fromEntries(sent) };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Content is a string, or a list of parts of which some are reasoning. */
function textIn(content: unknown, type: 'text' | 'thinking'): string {
  if (!Array.isArray(content)) return type === 'text' ? text(content) : '';
  const parts = content.filter(isObject).filter((part) => (part.type ?? 'text') === type);
  return parts.map((part) => text(part[type]) || textIn(part[type], 'text')).join('');
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

/** Tokens as `usage` counts them; null when it counts none. */
function usageIn(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const { prompt_tokens: input, completion_tokens: output, completion_tokens_details: details } = usage;
  if (input === undefined && output === undefined) return null;
  const reasoning = isObject(details) ? count(details.reasoning_tokens) : 0;
  return { inputTokens: count(input), outputTokens: Math.max(count(output), reasoning) };
}

const finishes: Readonly<Record<string, NonNullable<Answer['finish']>>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  length: 'length',
  model_length: 'length',
  max_tokens: 'length',
  content_filter: 'filtered',
  safety: 'filtered',
  refusal: 'filtered',
  guardrail_intervened: 'filtered',
  error: 'error',
};

function finishOf(mark: unknown): Answer['finish'] {
  if (typeof mark !== 'string') return null;
  const name = mark.toLowerCase();
  return Object.hasOwn(finishes, name) ? (finishes[name] ?? 'other') : 'other';
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload) || !Array.isArray(payload.choices)) return null;
  const choice: unknown = payload.choices[0];
  if (!isObject(choice)) return null;
  const message = choice.message;
  const failed = choice.error !== undefined && choice.error !== null;
  if (!isObject(message) && !failed) return null;
  const { content, reasoning_content, reasoning, refusal } = isObject(message) ? message : {};
  if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content))
    return null;
  return {
    text: textIn(content, 'text'),
    reasoning: text(reasoning_content) || text(reasoning) || textIn(content, 'thinking'),
    finish: finishOf(choice.finish_reason),
    refusal: text(refusal).trim() || null,
    usage: usageIn(payload.usage),
    model: text(payload.model) || null,
    ...(failed && { error: choice.error }),
  };
}

/** Chat completions as OpenAI defined them and many others serve them. */
export function openaiChat(flavour: Flavour): Dialect {
  return { ask: (model) => ask(model, flavour), read, ...(flavour.rules && { rules: flavour.rules }) };
}
