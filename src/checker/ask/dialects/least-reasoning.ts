import { bareName } from './reasoning.js';

/** The lowest `reasoning_effort` that the model supports; null if it cannot be set. */
export function effortOf(modelName: string): string | null {
  const name = bareName(modelName);
  if (/-pro\b|deep-research|^o1-(?:mini|preview)|-chat/.test(name)) return null;
  if (/^gpt-5\.\d/.test(name)) return name.includes('codex') ? 'low' : 'none';
  if (name.startsWith('gpt-5')) return name.includes('codex') ? 'low' : 'minimal';
  if (/^(?:o\d|gpt-[6-9]|gpt-oss|codex-)/.test(name)) return 'low';
  return null;
}

/** Request options for the least reasoning that a model supports; empty if it has none. */
export type LeastReasoning = (modelName: string) => Readonly<Record<string, unknown>>;

function byFamily(
  ...rules: readonly (readonly [RegExp, Readonly<Record<string, unknown>>])[]
): LeastReasoning {
  return (modelName) => rules.find(([family]) => family.test(bareName(modelName)))?.[1] ?? {};
}

/** Sets OpenAI's `reasoning_effort`. */
export const leastByEffort: LeastReasoning = (modelName) => ({ reasoning_effort: effortOf(modelName) });

/** Groq turns Qwen's reasoning off; console.groq.com/docs/reasoning. */
export const leastOfGroq = byFamily(
  [/^gpt-oss/, { reasoning_effort: 'low' }],
  [/^qwen-?3/, { reasoning_effort: 'none' }],
);

/** Those of Mistral's models whose reasoning is adjustable; docs.mistral.ai/capabilities/reasoning/adjustable. */
export const leastOfMistral = byFamily([
  /^mistral-(?:small-(?:latest|26)|medium-3[-.]5)/,
  { reasoning_effort: 'none' },
]);

/** DeepSeek thinks by default, except for two models named by mode; api-docs.deepseek.com/guides/thinking_mode. */
export const leastOfDeepseek = byFamily([/^deepseek-(?!chat|reasoner)/, { thinking: { type: 'disabled' } }]);

/** Together's hybrid models have a switch. */
export const leastOfTogether = byFamily(
  [/^gpt-oss/, { reasoning_effort: 'low' }],
  [
    /^(?:deepseek-v(?:3\.[1-9]|[4-9])|qwen3\.[5-9]|glm-(?:4\.[5-9]|5)|kimi-k2\.[5-9])/,
    { reasoning: { enabled: false } },
  ],
);

/** Alibaba's hybrid models have a switch; the open ones require it off without a stream. */
export const leastOfAlibaba = byFamily([
  /^qwen(?:-(?:plus|turbo|flash)|3-(?:max|[\d.]+b(?:-a\d+b)?$)|3\.[5-9])/,
  { enable_thinking: false },
]);
