import type { Blame, Reason } from './reason.js';

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
