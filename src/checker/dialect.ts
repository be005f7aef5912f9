import type { Model } from '../domain/model.js';
import type { Reason } from '../domain/reason.js';
import type { Answer } from './answer.js';
import type { ReplyError } from './error-member.js';

/** What to ask; address and credential are the endpoint's. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Follows the endpoint's base address. */
  readonly path: string;
  /** Null sends no body. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** How one API is asked one kind of question: pure functions, and rules where its errors are read differently. */
export interface Dialect {
  readonly ask: (model: Model) => Question;
  /** Reads the JSON of a successful reply; null when it is not of this API's shape. */
  readonly read: (payload: unknown) => Answer | null;
  /** Decides before the generic rules; null leaves it to them. */
  readonly rules?: (status: number, error: ReplyError | null) => Reason | null;
}
