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
