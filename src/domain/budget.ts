import type { Found } from './check.js';
import { dayMs } from './period.js';
import type { Reason } from './reason.js';
import type { Usage } from './result.js';

/** Number of the UTC month of a time (Unix ms) since year 0. */
export function monthOf(at: number): number {
  const date = new Date(at);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Unix ms of the start of a month of `monthOf`. */
export const monthStart = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12);

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

/** Tokens of a usage in both directions; 0 without one. */
export const tokensIn = (usage: Usage | null | undefined): number =>
  (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);

/** The count after a check that used `tokens` at Unix ms `at`. */
export function tokensAfter(before: DayTokens, tokens: number, at: number): DayTokens {
  return { day: dayAt(before, at), tokens: tokensOn(before, at) + tokens };
}

/** Reasons of results after which a provider may charge: the model answered, or may have. All others are refusals, or did not reach it. */
const mayHaveWorked: ReadonlySet<Reason> = new Set<Reason>([
  'ok',
  'output_truncated',
  'slow',
  'content_filtered',
  'unexpected_answer',
  'model_mismatch',
  'capability_ignored',
  'context_truncated',
  'malformed_response',
  'empty_response',
  'timeout',
  'connection_lost',
  'reported_unhealthy',
  'health_api_error',
  'internal_error',
]);

/** Statuses of a gateway that gave up waiting for the model. */
const gaveUp: ReadonlySet<number | null> = new Set([504, 524]);

/** True where the request was sent, and a provider may charge for it although it told no usage. */
export function mayBeCharged({ httpStatus, phases, firstTokenMs, reason, tokenEndpoint }: Found): boolean {
  if (tokenEndpoint !== undefined) return false;
  if (firstTokenMs !== null || gaveUp.has(httpStatus)) return true;
  const sent = httpStatus !== null || phases.request !== undefined;
  return sent && (httpStatus ?? 0) < 300 && mayHaveWorked.has(reason);
}

/**
 * Tokens that a check counts for in the budget: what the reply says, else `estimate` where a request was sent that may be charged.
 * A refusal counts nothing. A usage of 0 says nothing: gateways fill it in.
 */
export function tokensOf(found: Found, estimate: number): number {
  const said = tokensIn(found.usage);
  return said === 0 && mayBeCharged(found) ? estimate : said;
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
