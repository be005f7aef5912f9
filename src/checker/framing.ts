import { createRequire } from 'node:module';
import type * as EventStreams from '@smithy/core/event-streams';
import { createParser } from 'eventsource-parser';
import type { StreamEvent } from './dialect.js';
import { jsonOrText } from './json-or-text.js';

/** Takes a body apart into its events, wherever it is split into chunks. */
export interface Framer {
  /** Throws when the bytes cannot be of this framing. */
  push(chunk: Buffer): void;
  /** Nothing comes after what was pushed. */
  end(): void;
}

type Emit = (event: StreamEvent) => void;

/** Server-sent events; `began` is called for a comment, which is no event but shows that this is a stream. */
export function frameSse(emit: Emit, began: () => void): Framer {
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ event, data }) => emit({ name: event ?? null, data: jsonOrText(data) }),
    onComment: began,
  });
  return {
    push: (chunk) => parser.feed(decoder.decode(chunk, { stream: true })),
    // The last event may lack the empty line that ends it.
    end: () => parser.feed(`${decoder.decode()}\n\n`),
  };
}

/** One JSON object a line; other lines are no events. */
export function frameLines(emit: Emit): Framer {
  const decoder = new TextDecoder();
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = jsonOrText(line);
      if (typeof data === 'object' && data !== null) emit({ name: null, data });
    }
  };
  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end: () => take(`${decoder.decode()}\n`),
  };
}

/** Bytes of the shortest and the longest frame of Amazon's event streams. */
const shortestFrame = 16;
const longestFrame = 16 * 2 ** 20;

/** Loaded with the first stream of Amazon's: its megabytes are not for everybody. */
function eventStreams(): typeof EventStreams {
  return createRequire(import.meta.url)('@smithy/core/event-streams') as typeof EventStreams;
}

/** `application/vnd.amazon.eventstream`: frames with a length in front, headers and checksums. */
export function frameAws(emit: Emit): Framer {
  const codec = new (eventStreams().EventStreamCodec)(
    (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
    (text) => Buffer.from(text),
  );
  let rest: Buffer = Buffer.alloc(0);

  const take = (frame: Buffer): void => {
    const { headers, body } = codec.decode(frame);
    const header = (name: string): string | null => {
      const value: unknown = headers[name]?.value;
      return typeof value === 'string' ? value : null;
    };
    const data = jsonOrText(Buffer.from(body).toString('utf8'));
    if (header(':message-type') === 'event') {
      emit({ name: header(':event-type'), data });
      return;
    }
    const code = header(':exception-type') ?? header(':error-code');
    const told = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
    const message = told.message ?? told.Message ?? header(':error-message');
    emit({ name: 'error', data: { error: { code, message } } });
  };

  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 4) {
        const length = rest.readUInt32BE(0);
        if (length < shortestFrame || length > longestFrame) throw new Error('not an event stream');
        if (rest.length < length) return;
        take(rest.subarray(0, length));
        rest = rest.subarray(length);
      }
    },
    end: () => undefined,
  };
}
