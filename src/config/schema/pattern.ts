import { RE2JS } from 're2js';

/** A pattern in RE2's syntax: the text comes from a provider, and RE2 takes linear time. */
export interface Pattern {
  /** Whether it matches within the first `reach` characters. */
  test(text: string): boolean;
  readonly reach: number;
  /** Instructions of its program: each may be tried at each character. */
  readonly size: number;
}

/** Characters of a text that a pattern looks at. */
const longestMatched = 65_536;
/** Instructions times characters of one search; the slowest patterns take 300 ns for each. */
const mostWork = 2 ** 17;
/**
 * Most instructions of a pattern. Counted repetitions, as in `x{0,500}`, are written out. A pattern reads at least as many
 * characters as it has instructions, so that each can match.
 */
const mostInstructions = 360;

/** The pattern is valid and too large. */
export class PatternSizeError extends Error {}

/** Compiles a pattern; throws with the reason when it is invalid or too large. */
export function compilePattern(pattern: string): Pattern {
  const compiled = RE2JS.compile(pattern);
  const size = compiled.programSize();
  if (size > mostInstructions)
    throw new PatternSizeError(
      `compiles to ${size} instructions, at most ${mostInstructions} are allowed: shorten counted repetitions such as x{0,500}`,
    );
  const reach = Math.min(longestMatched, Math.floor(mostWork / size));
  // Unlike a matcher it does not follow groups, which takes up to a thousand times as long.
  return { test: (text) => compiled.test(text.slice(0, reach)), reach, size };
}
