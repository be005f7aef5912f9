import type { Reason } from '../../domain/reason.js';
import type { ReplyError } from './reply-error.js';

/** What decided on the reason of an error: enough to look the rule up again. */
export interface Deciding {
  /**
   * `provider`: a rule of that provider alone; `limit`: the name of a limit; `code`, `type`: a marker; `number`: a number that one
   * provider uses; `vague code`: a marker that yields to all else; `text`, `page`: the words of an error or of a page; `told status`: the
   * status that a gateway quotes; `status`: nothing but the HTTP status.
   */
  readonly by:
    | 'provider'
    | 'limit'
    | 'code'
    | 'type'
    | 'number'
    | 'vague code'
    | 'text'
    | 'page'
    | 'told status'
    | 'status';
  readonly reason: Reason;
  readonly error: ReplyError | null;
  /** The text of the error as rules read it. */
  readonly text: string;
  readonly status: number;
  /** The provider's status in a gateway's text; null for none. */
  readonly passedOn: number | null;
}

/** Takes what decided. Where a later decision changes it, it is called again: the last one counts. */
export type Tell = (deciding: Deciding) => void;

/** Passes a reason on, and tells who asks what decided where there is one. */
export function telling(tell: Tell | undefined, status: number) {
  return <Found extends Reason | null | undefined>(
    by: Deciding['by'],
    reason: Found,
    error: ReplyError | null,
  ): Found => {
    if (tell !== undefined && typeof reason === 'string')
      tell({ by, reason, error, text: error?.text.slice(0, 4_096) ?? '', status, passedOn: null });
    return reason;
  };
}
