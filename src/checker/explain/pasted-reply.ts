import type { IncomingHttpHeaders } from 'node:http';
import type { Reason } from '../../domain/reason.js';
import type { GivenBody } from './given-reply.js';

/** A reply as it was found in what somebody pasted. */
export interface Pasted {
  /** What it was read as, in words. */
  readonly form: string;
  /** The provider that it names; null for none. */
  readonly provider: string | null;
  /** Null where nothing tells it. */
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly body: GivenBody;
  /** Set where a client had no reply at all. */
  readonly fault: Reason | null;
}
