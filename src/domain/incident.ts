import type { Blame, Reason } from './reason.js';

/** One run of unhealthy, opened and closed by proof. Times in Unix ms. */
export interface Incident {
  readonly openedAt: number;
  /** Null while open. */
  readonly closedAt: number | null;
  /** Of the failure that began it. */
  readonly reason: Reason;
  readonly blame: Blame | null;
  readonly checksFailed: number;
  /** Of the newest failure. */
  readonly lastDetail: string | null;
}

/** What somebody wrote to an incident. */
export interface Note {
  /** Unix ms. */
  readonly at: number;
  readonly author: string | null;
  readonly text: string;
}
