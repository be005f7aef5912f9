import { parseJson } from '../../domain/json.js';

/** Members, lists and objects of a reply. A list of a thousand models has a tenth of them. */
export const mostMembers = 100_000;

/**
 * Whether a text of JSON has more members, lists and objects than a reply is read with: of a mebibyte of brackets the parser
 * alone holds the loop for a tenth of a second.
 */
export function isCrowded(json: string): boolean {
  if (json.length <= mostMembers) return false;
  let count = 0;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === '"') {
      at = endOfText(json, at);
    } else if (sign === '[' || sign === '{' || sign === ':') {
      count += 1;
      if (count > mostMembers) return true;
    }
  }
  return false;
}

/** Where the text that begins at a quote ends. */
function endOfText(json: string, from: number): number {
  for (let at = json.indexOf('"', from + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let before = at;
    while (json[before - 1] === '\\') before -= 1;
    if ((at - before) % 2 === 0) return at;
  }
  return json.length;
}

/** What a text says as JSON; the text itself, trimmed, where it is none. */
export function jsonOrText(text: string): unknown {
  if (isCrowded(text)) return text.trim();
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
