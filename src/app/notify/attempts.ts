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

/** Share of a wait by which it is longer at most. */
const jitter = 0.1;

/** Unix ms of the attempt after `attempts` failed ones; null when there is no further one. `chance` is from 0 to 1. */
export function nextAttempt(
  attempts: number,
  now: number,
  { chance, retryAfterMs }: { readonly chance: number; readonly retryAfterMs: number | null },
): number | null {
  const wait = waits[attempts - 1];
  return wait === undefined
    ? null
    : now + Math.max(Math.round(wait * (1 + jitter * chance)), retryAfterMs ?? 0);
}
