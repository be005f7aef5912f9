import { hourMs, minuteMs } from '../../domain/period.js';

/** ms after each failed attempt: the schedule of Standard Webhooks. After the last one a message is a dead letter. */
const waits = [
  5_000,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;

/** Most attempts with which a message begins that goes on where another one was: what is new is tried twice at least. */
export const mostFormer = waits.length - 1;

/** Share of a wait by which it is longer at most. */
const jitter = 0.1;

/** Longest wait that a receiver may ask for. */
export const longestRetryAfterMs = 24 * hourMs;

/** ms after which a message that was never taken is a dead letter, whatever its receiver asks for: the schedule with its jitter takes less. */
export const longestLifeMs = 84 * hourMs;

/**
 * Unix ms of the attempt after `attempts` failed ones of a message that waits since `since` (Unix ms); null when there is no further
 * one. `chance` is from 0 to 1.
 */
export function nextAttempt(
  { attempts, since }: { readonly attempts: number; readonly since: number },
  now: number,
  { chance, retryAfterMs }: { readonly chance: number; readonly retryAfterMs: number | null },
): number | null {
  const wait = waits[attempts - 1];
  if (wait === undefined) return null;
  const asked = Math.min(retryAfterMs ?? 0, longestRetryAfterMs);
  const next = now + Math.max(Math.round(wait * (1 + jitter * chance)), asked);
  return next > since + longestLifeMs ? null : next;
}
