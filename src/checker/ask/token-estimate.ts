import type { Model } from '../../domain/model.js';
import type { Usage } from '../../domain/result.js';
import { dialectFor } from './dialects.js';

/** Overhead of a chat format in tokens. */
const around = 8;
/** Least characters per token in most languages. */
const charactersPerToken = 3;
/** Tokens a picture or a sound costs at most of providers; the smallest GPT-4o is charged ten times as much for a picture. */
const attachedTokens: Readonly<Partial<Record<Model['probe'], number>>> = { vision: 300, audio: 50 };
/** Tokens assumed for an answer without a limit. */
const unlimited = 1_024;

const limits =
  /^(?:max_(?:completion_|output_|new_)?tokens|maxTokens|maxOutputTokens|max_tokens_to_sample|num_predict)$/;

/** The token limit somewhere in a request's body; null without one. */
function limitIn(body: unknown): number | null {
  if (typeof body !== 'object' || body === null) return null;
  for (const [name, value] of Object.entries(body)) {
    const limit = limits.test(name) && typeof value === 'number' && value >= 0 ? value : limitIn(value);
    if (limit !== null) return limit;
  }
  return null;
}

/** Upper estimate of the tokens of a check: the limit of the answer plus a generous count of the question. */
export function estimateTokens(model: Model): Usage {
  const { provider, modelName, probe, query, systemPrompt } = model;
  if (probe === 'models') return { inputTokens: 0, outputTokens: 0 };
  const vector = probe === 'embeddings';
  const said = vector ? query : query + (systemPrompt ?? '');
  const shown =
    probe === 'vision' && modelName.includes('gpt-4o-mini') ? 3_000 : (attachedTokens[probe] ?? 0);
  const inputTokens = Math.ceil(said.length / charactersPerToken) + around + shown;
  if (vector) return { inputTokens, outputTokens: 0 };
  const body = dialectFor(provider, probe)?.ask(model).body ?? null;
  return { inputTokens, outputTokens: limitIn(body) ?? unlimited };
}
