import { challengeQuery, longestChallenge } from '../../domain/challenge.js';
import type { Model } from '../../domain/model.js';
import type { Usage } from '../../domain/result.js';
import { dialectFor } from './dialects.js';
import { limitIn } from './sent-limit.js';

/** Overhead of a chat format in tokens. */
const aroundChat = 8;
/** Tokens of a long question at most, by a tokenizer that takes many. */
const longest = (tokens = 0): number => Math.ceil(tokens * 1.25);
/** Least characters per token in most languages. */
const charactersPerToken = 3;
/** Tokens a picture, a sound, a tool or a schema costs at most of providers; the smallest GPT-4o is charged ten times as much for a picture. */
const attachedTokens: Readonly<Partial<Record<Model['probe'], number>>> = {
  vision: 300,
  audio: 50,
  // Anthropic adds a system prompt of its own where there are tools.
  tools: 700,
  structured: 200,
};
/** Tokens assumed for an answer without a limit. */
const unlimited = 1_024;

/** Upper estimate of the tokens of a check: the limit of the answer plus a generous count of the question. */
export function estimateTokens(model: Model): Usage {
  const { provider, modelName, probe, query, systemPrompt } = model;
  if (probe === 'models') return { inputTokens: 0, outputTokens: 0 };
  const vector = probe === 'embeddings';
  const length = query === challengeQuery ? longestChallenge : query.length;
  const said = length + (vector ? 0 : (systemPrompt ?? '').length);
  const shown =
    probe === 'vision' && modelName.includes('gpt-4o-mini') ? 3_000 : (attachedTokens[probe] ?? 0);
  const around = aroundChat + longest(model.contextTokens);
  const inputTokens = Math.ceil(said / charactersPerToken) + around + shown;
  if (vector) return { inputTokens, outputTokens: 0 };
  const body = dialectFor(provider, probe)?.ask(model).body ?? null;
  return { inputTokens, outputTokens: limitIn(body) ?? unlimited };
}
