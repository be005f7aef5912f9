import { clipTo, merge, subtract, totalOf } from './intervals.js';
import type { Blame, Reason } from './reason.js';
import type { Interval } from './state.js';

/** Where an incident is in the order by the time of opening. */
export interface IncidentPlace {
  /** Unix ms. */
  readonly openedAt: number;
  readonly id: number;
}

/** One period of unhealthy, opened and closed by confirmed results only. Times in Unix ms. */
export interface Incident {
  readonly openedAt: number;
  /** Null while open. */
  readonly closedAt: number | null;
  /** Reason of the first failure. */
  readonly reason: Reason;
  readonly blame: Blame | null;
  readonly checksFailed: number;
  /** Detail of the newest failure. */
  readonly lastDetail: string | null;
}

/** A comment on an incident. */
export interface Note {
  /** Unix ms. */
  readonly at: number;
  readonly author: string | null;
  readonly text: string;
}

/** What somebody said of an open incident: it is known, and whose it is. Times in Unix ms. */
export interface Acknowledgement {
  readonly at: number;
  readonly by: string;
  readonly note: string | null;
  /** End of a snooze; null for the end of the incident. */
  readonly until: number | null;
}

/** The acknowledgement of an incident that is open. */
export interface OpenAcknowledgement extends Acknowledgement {
  readonly incident: number;
  /** Opening of the incident. */
  readonly openedAt: number;
}

/** Difference of two ends of a snooze that were meant as the same: `4h`, sent again. */
const sameUntilMs = 60_000;

/** True where the second one says nothing new: the request was sent again. */
export function isSameAcknowledgement(known: Acknowledgement | null, next: Acknowledgement | null): boolean {
  if (known === null || next === null) return known === next;
  if (known.by !== next.by || known.note !== next.note) return false;
  if (known.until === null || next.until === null) return known.until === next.until;
  return known.until > next.at && Math.abs(known.until - next.until) < sameUntilMs;
}

/** True while reminders rest for it: without an end, or before that. */
export function isInForce(acknowledgement: Acknowledgement | null, now: number): boolean {
  return acknowledgement !== null && (acknowledgement.until ?? Infinity) > now;
}

/** ms of the incident within a window, without excluded time. */
export function countedMs(
  {
    openedAt,
    closedAt,
    exclusions,
  }: Pick<Incident, 'openedAt' | 'closedAt'> & { readonly exclusions: readonly Interval[] },
  window: Interval,
): number {
  const span = { from: Math.max(openedAt, window.from), to: Math.min(closedAt ?? window.to, window.to) };
  return span.from < span.to ? totalOf(subtract(span, clipTo(merge(exclusions), span))) : 0;
}
