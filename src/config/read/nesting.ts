import type { CST } from 'yaml';

/** Maximum nesting of lists and maps; far more than a configuration or a payload needs. */
export const deepest = 100;
export const tooDeep = 'is nested too deeply';

/** Contents of a parser token; brackets in quotes, block scalars and comments are part of one token. */
interface Inside {
  readonly offset?: number;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

const isToken = (value: unknown): value is Inside => typeof value === 'object' && value !== null;

/**
 * Offset of the first value nested deeper than `deepest`; null without one. The parser's composer recurses, and V8 ends
 * the process when it compiles a regular expression near the end of the stack; this walk does not recurse.
 */
export function tooDeepAt(documents: readonly CST.Token[]): number | null {
  // The document token itself is one level above its value.
  const waiting: { token: Inside; depth: number }[] = documents
    .map((token) => ({ token, depth: -1 }))
    .reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > deepest) return token.offset ?? 0;
    // Pushed in reverse, so that the first in the text is popped next.
    for (const item of token.items?.toReversed() ?? []) {
      if (isToken(item.value)) waiting.push({ token: item.value, depth: depth + 1 });
      if (isToken(item.key)) waiting.push({ token: item.key, depth: depth + 1 });
    }
    if (isToken(token.value)) waiting.push({ token: token.value, depth: depth + 1 });
  }
  return null;
}
