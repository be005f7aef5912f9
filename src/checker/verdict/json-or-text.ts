import { parseJson } from '../../domain/json.js';

/** What a text says as JSON; the text itself, trimmed, where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text.trim();
  }
}

/** How many lists and objects a JSON text has inside each other, at most; signs inside texts count too. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [sign] of json.matchAll(/[[\]{}]/g)) {
    depth += sign === '[' || sign === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
