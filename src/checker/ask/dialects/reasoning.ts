/** A model's name without its publisher, such as `gpt-oss-20b` for `openai/gpt-oss-20b`. */
export function bareName(modelName: string): string {
  return modelName.toLowerCase().replace(/^.*\//, '');
}

/** True for OpenAI's reasoning families, which reject `max_tokens` and a temperature. */
export function isOpenaiReasoning(modelName: string): boolean {
  return /^(?:o\d|gpt-[5-9](?!-chat)|codex-)/.test(bareName(modelName));
}

/** False for families that answer 400 to any temperature but their default. */
export function takesTemperature(modelName: string): boolean {
  const name = bareName(modelName);
  const own = /-search|^kimi-k(?:2\.[5-9]|2-thinking|[3-9])|^claude-(?:[a-z]+-(?:4[-.][7-9]|[5-9])|[5-9])/;
  return !isOpenaiReasoning(modelName) && !own.test(name);
}

/** True for models that reason before they answer, at any provider. */
export function isReasoning(modelName: string): boolean {
  const name = bareName(modelName);
  return (
    isOpenaiReasoning(modelName) ||
    /^(?:gpt-oss|deepseek-(?:r\d|v[4-9]|reasoner|flash|pro)|qwq|qwen-?[3-9](?!.*-instruct)|magistral|minimax-m\d|glm-4\.[5-9]|glm-5|grok-(?:3-mini|[4-9])|kimi-k(?:2\.[5-9]|[3-9])|command-a-plus|r1-)/.test(
      name,
    ) ||
    /think|reason/.test(name)
  );
}
