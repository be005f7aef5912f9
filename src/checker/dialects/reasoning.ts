/** A model's name without its publisher, such as `gpt-oss-20b` for `openai/gpt-oss-20b`. */
function bareName(modelName: string): string {
  return modelName.toLowerCase().replace(/^.*\//, '');
}

/** OpenAI's reasoning families, which refuse `max_tokens` and a temperature. */
export function isOpenaiReasoning(modelName: string): boolean {
  return /^(?:o\d|gpt-5(?!.*-chat)|codex-)/.test(bareName(modelName));
}

/** Models that reason before they answer, whoever serves them. */
export function isReasoning(modelName: string): boolean {
  const name = bareName(modelName);
  return (
    isOpenaiReasoning(modelName) ||
    /^(?:gpt-oss|deepseek-r\d|deepseek-reasoner|qwq|qwen-?3|magistral|minimax-m\d|glm-4\.[5-9]|glm-5|grok-(?:3-mini|4)|kimi-k2-thinking|r1-)/.test(
      name,
    ) ||
    /think|reason/.test(name)
  );
}

/** The lowest `reasoning_effort` the model takes; null where it takes none or only its own. */
export function effortOf(modelName: string): string | null {
  const name = bareName(modelName);
  if (/-pro\b|deep-research|^o1-(?:mini|preview)|-chat/.test(name)) return null;
  if (/^gpt-5\.\d/.test(name)) return name.includes('codex') ? 'low' : 'none';
  if (name.startsWith('gpt-5')) return name.includes('codex') ? 'low' : 'minimal';
  if (/^(?:o\d|gpt-oss|codex-)/.test(name)) return 'low';
  return null;
}
