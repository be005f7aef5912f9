import type { Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import type { Answer } from '../verdict/answer.js';
import type { ReplyError } from '../verdict/reply-error.js';
import type { Jq } from '../verdict/jq.js';

/** A request without address and credential, which the endpoint adds. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Follows the endpoint's base address. */
  readonly path: string;
  /** Null sends no body. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** Additional headers of the API, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One event of a streamed reply. */
export interface StreamEvent {
  /** Event name; null if the framing has none. */
  readonly name: string | null;
  /** Parsed JSON; other text as it is, such as `[DONE]`. */
  readonly data: unknown;
}

/** Answer accumulated from a streamed reply. */
export type Draft = { -readonly [Member in keyof Answer]: Answer[Member] } & {
  /** True once the answer is complete. */
  ended: boolean;
  /** True once the final event arrived; not even usage follows. */
  closed: boolean;
};

/** How a streamed reply is read. */
export interface Streaming {
  /** Server-sent events, one JSON text a line, or Amazon's binary frames. */
  readonly framing: 'sse' | 'ndjson' | 'aws';
  /** Applies one event to the draft; an error is stored unchanged in `draft.error`. */
  readonly take: (draft: Draft, event: StreamEvent) => void;
}

/** Requests and replies of one API for one probe: pure functions, and rules for errors specific to it. */
export interface Dialect {
  readonly ask: (model: Model) => Question;
  /** Parses the JSON of a successful reply; null when it has another shape. */
  readonly read: (payload: unknown) => Answer | null;
  /**
   * Reads the beginning of a successful reply that is too long, or has too many parts, to be parsed; null where there is nothing to read.
   * Takes time linear in its length.
   */
  readonly readPart?: (text: string) => Answer | null;
  /** Set when `ask` requests a stream; a reply that is not streamed goes to `read`. */
  readonly stream?: Streaming;
  /** Whether a successful reply that is not JSON is the answer itself, and goes to `read` as text. */
  readonly plain?: (model: Model) => boolean;
  /** Converts a successful JSON reply, given as text and parsed, to the input of `read`; rejects with a message to show. */
  readonly extract?: (text: string, payload: unknown, model: Model, jq: Jq) => Promise<unknown>;
  /** Applied before the generic rules; null falls back to them. */
  readonly rules?: (status: number, error: ReplyError | null) => Reason | null;
}
