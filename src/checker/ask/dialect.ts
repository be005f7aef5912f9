import type { Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import type { Answer } from '../verdict/answer.js';
import type { ReplyError } from '../verdict/error-member.js';
import type { Jq } from '../verdict/jq.js';

/** What to ask; address and credential are the endpoint's. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Follows the endpoint's base address. */
  readonly path: string;
  /** Null sends no body. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** What the API wants beside the usual headers, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One event of a streamed reply. */
export interface StreamEvent {
  /** Null where the framing names none. */
  readonly name: string | null;
  /** Parsed; the text itself where it is no JSON, such as `[DONE]`. */
  readonly data: unknown;
}

/** What a streamed reply has said so far. */
export type Draft = { -readonly [Member in keyof Answer]: Answer[Member] } & {
  /** The mark came after which nothing is missing. */
  ended: boolean;
  /** The API's own last word came: not even usage follows. */
  closed: boolean;
};

/** How a streamed reply is read. */
export interface Streaming {
  /** Server-sent events, one JSON text a line, or Amazon's binary frames. */
  readonly framing: 'sse' | 'ndjson' | 'aws';
  /** Works one event into the draft; an error goes to `draft.error` as it came. */
  readonly take: (draft: Draft, event: StreamEvent) => void;
}

/** How one API is asked one kind of question: pure functions, and rules where its errors are read differently. */
export interface Dialect {
  readonly ask: (model: Model) => Question;
  /** Reads the JSON of a successful reply; null when it is not of this API's shape. */
  readonly read: (payload: unknown) => Answer | null;
  /** Set where `ask` asks for a stream; a reply that is none all the same goes to `read`. */
  readonly stream?: Streaming;
  /** Whether a successful reply that is not JSON is the answer itself, and goes to `read` as text. */
  readonly plain?: (model: Model) => boolean;
  /** Turns a successful reply in JSON, its text and what that says, into what `read` takes; rejects with a reason to show. */
  readonly extract?: (text: string, payload: unknown, model: Model, jq: Jq) => Promise<unknown>;
  /** Decides before the generic rules; null leaves it to them. */
  readonly rules?: (status: number, error: ReplyError | null) => Reason | null;
}
