import type { Reason } from '../../../domain/reason.js';

/** A kind of sentence, and what it says of the error. */
export interface TextRule {
  readonly reason: Reason;
  /** Of a text in lower case, which matches faster than without regard to case. */
  readonly pattern: RegExp;
  /** HTTP statuses it is believed with; a 2xx counts as any. */
  readonly on?: (status: number) => boolean;
}
