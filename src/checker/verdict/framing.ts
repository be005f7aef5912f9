import { createRequire } from 'node:module';
import type * as EventStreams from '@smithy/core/event-streams';
import { createParser } from 'eventsource-parser';
import { isObject } from '../../domain/json.js';
import type { StreamEvent } from '../ask/dialect.js';
import { createCrowding, jsonOrText } from './json-or-text.js';

/** Splits a body into events, independent of its chunks. */
interface Framer {
  /** Throws when the bytes cannot be of this framing. */
  push(chunk: Buffer): void;
  /** Nothing comes after what was pushed. */
  end(): void;
}

type Emit = (event: StreamEvent) => void;

/** Events of a stream. A mebibyte has about 8,000 of the shortest that an API sends, and up to 120,000 that say nothing. */
const mostEvents = 10_000;
/** Lines of a stream: an event has up to four. */
const mostLines = 50_000;

/** Number of `sign` in a text; throws if there are more than `most`. */
function countOf(sign: string, text: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) {
    count += 1;
    if (count > most) throw new Error(`over ${mostLines} lines`);
  }
  return count;
}

/** Emits whole lines, each ended by LF. A line that arrives byte by byte is scanned once. */
function wholeLines(pass: (text: string) => void) {
  let waiting: string[] = [];
  let lines = 0;
  return {
    push(text: string): void {
      // Half of CR LF may be what has come.
      const end = Math.max(text.lastIndexOf('\n'), text.slice(0, -1).lastIndexOf('\r')) + 1;
      if (end > 0) {
        const whole = waiting.join('') + text.slice(0, end);
        waiting = [];
        const left = mostLines - lines;
        lines += Math.max(countOf('\n', whole, left), countOf('\r', whole, left));
        // The parser of events looks for an LF up to the end of the text at each CR, which takes quadratic time.
        pass(whole.replace(/\r\n?/g, '\n'));
      }
      if (end < text.length) waiting.push(text.slice(end));
    },
  };
}

/** Most events that are not JSON; a stream with more is malformed. */
const mostUnreadable = 1_000;

/** Parses texts of one stream; throws where they have too many members together. */
function createParsing(): (text: string) => unknown {
  const crowdIn = createCrowding();
  return (text) => {
    const crowd = crowdIn(text);
    if (crowd !== null) throw new Error(crowd);
    return jsonOrText(text);
  };
}

/** Parses the data of each event; throws if there are too many, or too many are not JSON. */
function createDataReading(): (text: string) => unknown {
  const parse = createParsing();
  let events = 0;
  let unreadable = 0;
  return (text) => {
    if (text.trim() === '') return '';
    events += 1;
    if (events > mostEvents) throw new Error(`over ${mostEvents} events`);
    const data = parse(text);
    if (typeof data === 'string' && (unreadable += 1) > mostUnreadable)
      throw new Error(`over ${mostUnreadable} events without JSON`);
    return data;
  };
}

/**
 * The data of an event, line by line where each line is whole: a server that ends its events with one line break instead of two
 * makes one of all.
 */
function partsOf(data: string): readonly string[] {
  const lines = data.split('\n').map((line) => line.trim());
  const isWhole = (line: string): boolean =>
    line === '[DONE]' || (line.startsWith('{') && line.endsWith('}'));
  return lines.length > 1 && lines.every(isWhole) ? lines : [data];
}

/** Server-sent events. Calls `began` for a comment, which shows that the body is a stream, and `other` with a line of no event. */
export function frameSse(emit: Emit, began: () => void, other: (line: string) => void): Framer {
  const decoder = new TextDecoder();
  const read = createDataReading();
  let unknown = 0;
  const parser = createParser({
    onEvent: ({ event, data }) => {
      for (const part of partsOf(data)) emit({ name: event ?? null, data: read(part) });
    },
    onComment: began,
    // The parser makes an error of each, with a stack.
    onError: ({ line }) => {
      unknown += 1;
      other(line ?? '');
      if (unknown > mostUnreadable) throw new Error(`over ${mostUnreadable} lines that are of no event`);
    },
  });
  const lines = wholeLines((text) => parser.feed(text));
  return {
    push: (chunk) => lines.push(decoder.decode(chunk, { stream: true })),
    // The last event may lack the empty line that ends it.
    end: () => lines.push(`${decoder.decode()}\n\n`),
  };
}

/** One JSON object per line; calls `other` with a line of text. */
export function frameLines(emit: Emit, other: (line: string) => void): Framer {
  const decoder = new TextDecoder();
  const read = createDataReading();
  const lines = wholeLines((text) => {
    for (const line of text.split('\n')) {
      const data = read(line);
      if (typeof data === 'object' && data !== null) emit({ name: null, data });
      else if (typeof data === 'string' && data !== '') other(data);
    }
  });
  return {
    push: (chunk) => lines.push(decoder.decode(chunk, { stream: true })),
    end: () => lines.push(`${decoder.decode()}\n`),
  };
}

/** Least and most bytes of a frame of Amazon's event streams: those of Bedrock have some hundreds, and one is held several times over. */
const shortestFrame = 16;
const longestFrame = 256 * 1024;
/** Most bytes that the length of a frame names: more is text that begins otherwise. */
const longestLength = 16 * 2 ** 20;
/** Frames of a stream: one takes twice as long as an event of text, and the shortest that Amazon sends have 180 bytes. */
const mostFrames = 5_000;
/** Names and texts in the headers of all frames; Amazon sends six in a frame. */
const mostHeaderTexts = 40_000;

/** Loaded with the first stream of Amazon's, since it takes megabytes. */
function eventStreams(): typeof EventStreams {
  // `require` is typed as any.
  return createRequire(import.meta.url)('@smithy/core/event-streams') as typeof EventStreams;
}

/** The text of bytes that belong to a larger block, without a copy of them. */
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('utf8');

/** `application/vnd.amazon.eventstream`: frames with a length in front, headers and checksums. Calls `began` for one that is too long. */
export function frameAws(emit: Emit, began: () => void): Framer {
  const parse = createParsing();
  let frames = 0;
  let headerTexts = 0;
  const codec = new (eventStreams().EventStreamCodec)(
    (bytes) => {
      headerTexts += 1;
      if (headerTexts > mostHeaderTexts)
        throw new Error(`over ${mostHeaderTexts} names and texts in headers`);
      return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
    },
    (text) => Buffer.from(text),
  );
  let waiting: Buffer[] = [];
  let size = 0;
  /** Bytes needed for the next step. */
  let needed = 4;

  const take = (frame: Buffer): void => {
    frames += 1;
    if (frames > mostFrames) throw new Error(`over ${mostFrames} frames`);
    const { headers, body } = codec.decode(frame);
    const header = (name: string): string | null => {
      const value: unknown = headers[name]?.value;
      return typeof value === 'string' ? value : null;
    };
    const data = parse(textOf(body));
    if (header(':message-type') === 'event') {
      emit({ name: header(':event-type'), data });
      return;
    }
    const code = header(':exception-type') ?? header(':error-code');
    const told = isObject(data) ? data : {};
    const message = told.message ?? told.Message ?? header(':error-message');
    emit({ name: 'error', data: { error: { code, message } } });
  };

  return {
    push(chunk) {
      waiting.push(chunk);
      size += chunk.length;
      if (size < needed) return;
      let rest = waiting.length === 1 ? chunk : Buffer.concat(waiting);
      needed = 4;
      while (rest.length >= 4) {
        needed = rest.readUInt32BE(0);
        if (needed < shortestFrame || needed > longestLength) throw new Error('not an event stream');
        if (needed > longestFrame) {
          began();
          throw new Error(`a frame of over ${longestFrame} bytes`);
        }
        if (rest.length < needed) break;
        take(rest.subarray(0, needed));
        rest = rest.subarray(needed);
        needed = 4;
      }
      // A part of the joined bytes would keep all of them.
      waiting = [Buffer.from(rest)];
      size = rest.length;
    },
    end: () => undefined,
  };
}
