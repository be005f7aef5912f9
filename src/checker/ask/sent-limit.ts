const limits =
  /^(?:max_(?:completion_|output_|new_)?tokens|maxTokens|maxOutputTokens|max_tokens_to_sample|num_predict)$/;

/** The token limit somewhere in a request's body; null without one. */
export function limitIn(body: unknown): number | null {
  if (typeof body !== 'object' || body === null) return null;
  for (const [name, value] of Object.entries(body)) {
    const limit = limits.test(name) && typeof value === 'number' && value >= 0 ? value : limitIn(value);
    if (limit !== null) return limit;
  }
  return null;
}
