import type { Usage } from './result.js';
import { dayMs } from './period.js';

/** Tokens used in the UTC day with that number since the epoch. */
export interface DayTokens {
  readonly day: number;
  readonly tokens: number;
}

/**
 * The day of the budget at `at`: that of the count if this is a day ahead, since the clock may be set back over midnight, and a check
 * of the day before may end in the next one.
 */
function dayAt({ day }: DayTokens, at: number): number {
  const today = Math.floor(at / dayMs);
  return day === today + 1 ? day : today;
}

/** Tokens used in the UTC day of `now`. */
export function tokensOn(count: DayTokens, now: number): number {
  return count.day === dayAt(count, now) ? count.tokens : 0;
}

/** The count after a check that used these tokens at Unix ms `at`. */
export function tokensAfter(before: DayTokens, usage: Usage | null, at: number): DayTokens {
  const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
  return { day: dayAt(before, at), tokens: tokensOn(before, at) + tokens };
}

/** Raises the count to at least `known`, which includes tokens used before a restart. */
export function atLeast({ day, tokens }: DayTokens, known: DayTokens): DayTokens {
  return { day: known.day, tokens: Math.max(day === known.day ? tokens : 0, known.tokens) };
}

/** The share of the budget crossed between two counts, the larger if both were; null if neither was. */
export function reachedShare(before: DayTokens, after: DayTokens, budget: number): 0.8 | 1 | null {
  const earlier = before.day === after.day ? before.tokens : 0;
  const reached = (share: number): boolean => earlier < share * budget && after.tokens >= share * budget;
  return reached(1) ? 1 : reached(0.8) ? 0.8 : null;
}
