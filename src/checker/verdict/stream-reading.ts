import { blankAnswer } from '../ask/dialects/members.js';
import type { Draft, StreamEvent, Streaming } from '../ask/dialect.js';
import { errorIn } from './error-member.js';
import { frameAws, frameLines, frameSse } from './framing.js';
import { errorInField, strayErrorIn } from './stray-error.js';
import type { ReplyError } from './reply-error.js';

/** Reads a streamed reply. */
export interface StreamReading {
  /** False for a body in which there was no event: it is no stream. */
  readonly begun: boolean;
  /** Text or reasoning has come. */
  readonly spoke: boolean;
  /** What has come is complete: the end mark, or an error. */
  readonly ended: boolean;
  /** Nothing follows that is needed. */
  readonly closed: boolean;
  /** Grows with each event. */
  readonly events: number;
  readonly draft: Readonly<Draft>;
  /** The error the stream reported. */
  readonly error: ReplyError | null;
  /** Why the bytes do not fit the framing; null while they do. */
  readonly fault: string | null;
  push(chunk: Buffer): void;
  end(): void;
}

function errorOf({ name, data }: StreamEvent): ReplyError | null {
  const error = errorIn(data, name !== 'error');
  if (error !== null || name !== 'error') return error;
  return { codes: [], types: [], text: typeof data === 'string' ? data : '', status: null };
}

/** Reads a stream event by event, up to its end mark or an error. */
export function readStream({ framing, take }: Streaming): StreamReading {
  const draft: Draft = { ...blankAnswer, ended: false, closed: false };
  let begun = false;
  let events = 0;
  let error: ReplyError | null = null;
  let fault: string | null = null;

  // Once the answer is complete, what follows does not spoil it.
  const strayIn = (data: unknown): ReplyError | null => (draft.ended ? null : strayErrorIn(data));
  const spoke = (): boolean => draft.text !== '' || draft.reasoning !== '';
  const began = (): void => {
    begun = true;
  };
  const emit = (event: StreamEvent): void => {
    begun = true;
    events += 1;
    // Clients stop reading here. What follows an empty answer may say why it is empty.
    if (draft.closed && spoke()) return;
    error ??= errorOf(event) ?? strayIn(event.data);
    if (error === null) take(draft, event);
  };
  /** A line that is of no event. */
  const other = (line: string): void => {
    if (draft.ended) return;
    error ??= errorInField(line) ?? (begun ? strayErrorIn(line) : null);
  };
  const framer =
    framing === 'sse'
      ? frameSse(emit, began, other)
      : framing === 'ndjson'
        ? frameLines(emit, other)
        : frameAws(emit, began);

  const guarded = (step: () => void): void => {
    if (fault !== null) return;
    try {
      step();
    } catch (problem) {
      fault = problem instanceof Error ? problem.message : 'unreadable';
    }
  };

  return {
    get begun() {
      return begun;
    },
    get spoke() {
      return spoke();
    },
    get ended() {
      return draft.ended || error !== null;
    },
    get closed() {
      return draft.closed || error !== null;
    },
    get events() {
      return events;
    },
    draft,
    get error() {
      return error;
    },
    get fault() {
      return fault;
    },
    push: (chunk) => guarded(() => framer.push(chunk)),
    end: () => guarded(() => framer.end()),
  };
}
