import type { Probe } from '../domain/model.js';
import type { Dialect } from './dialect.js';
import { openaiChat } from './dialects/openai-chat.js';

type Dialects = Readonly<Partial<Record<Probe, Dialect>>>;

const compatible: Dialects = { chat: openaiChat({ limit: 'max_tokens', effort: false }) };

/** What the builtin prober can ask, by provider; those that speak another API are named so that none is taken for OpenAI's. */
const dialects: Readonly<Record<string, Dialects>> = {
  openai: { chat: openaiChat({ limit: 'max_completion_tokens', effort: true }) },
  openai_compatible: compatible,
  together: { chat: openaiChat({ limit: 'max_tokens', effort: true }) },
  groq: {
    chat: openaiChat({
      limit: 'max_completion_tokens',
      effort: true,
      // Groq's own status for a flex tier without capacity.
      rules: (status) => (status === 498 ? 'overloaded' : null),
    }),
  },
  mistral: { chat: openaiChat({ limit: 'max_tokens', effort: false }) },
  fireworks: { chat: openaiChat({ limit: 'max_tokens', effort: true }) },
  deepseek: { chat: openaiChat({ limit: 'max_tokens', effort: false }) },
  anthropic: {},
  gemini: {},
  azure_openai: {},
  bedrock: {},
  cohere: {},
  huggingface: {},
  ollama: {},
  anthropic_compatible: {},
  cohere_compatible: {},
  custom: {},
};

function dialectsOf(provider: string): Dialects {
  return Object.hasOwn(dialects, provider) ? (dialects[provider] ?? compatible) : compatible;
}

/** The dialect for a provider and probe, null when there is none; an unknown provider is taken as openai_compatible. */
export function dialectFor(provider: string, probe: Probe): Dialect | null {
  return dialectsOf(provider)[probe] ?? null;
}

/** Which probes each known provider can be asked by the builtin prober. */
export const capabilities: Readonly<Record<string, readonly Probe[]>> = Object.fromEntries(
  Object.entries(dialects).map(([provider, table]) => [provider, Object.keys(table) as Probe[]]),
);
