import { setTimeout as wait } from 'node:timers/promises';
import type { Reading } from '../http/port.js';
import type { HeldText, TextShelf } from './text-shelf.js';
import { lowest } from '../domain/list.js';

/** Starts reading a text, such as that of /metrics, that concurrent readers share. It is made after the call, never before. */
export type SharedText = () => Reading;

interface Reader {
  at: number;
  readonly end: AbortController;
}

interface Chunk {
  /** Null once every reader has read it. */
  text: Buffer | null;
  /** Readers that have not read it. */
  unread: number;
}

interface Making {
  readonly chunks: Chunk[];
  readonly readers: Set<Reader>;
  /** Total bytes of the chunks held. */
  bytes: number;
  done: boolean;
  /** Error that ended the text early; thrown to every reader, so that none takes the text for complete. */
  failure: { readonly error: unknown } | null;
  /** Makes the next chunk; concurrent calls share one promise. */
  advance: () => Promise<void>;
  readonly held: HeldText;
}

/** Counts that one reader is through with a chunk, and drops it after the last. */
function pass(making: Making, chunk: Chunk): void {
  chunk.unread -= 1;
  if (chunk.unread > 0) return;
  making.bytes -= chunk.text?.length ?? 0;
  chunk.text = null;
}

function leave(making: Making, reader: Reader, shelf: TextShelf): void {
  if (!making.readers.delete(reader)) return;
  for (const chunk of making.chunks.slice(reader.at)) pass(making, chunk);
  if (making.readers.size === 0) shelf.remove(making.held);
}

async function* follow(making: Making, reader: Reader, shelf: TextShelf): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      reader.end.signal.throwIfAborted();
      const chunk = making.chunks[reader.at];
      const text = chunk?.text ?? null;
      if (chunk !== undefined && text !== null) {
        reader.at += 1;
        pass(making, chunk);
        yield text;
      } else if (making.failure !== null) throw making.failure.error;
      else if (making.done) return;
      else await making.advance();
    }
  } finally {
    leave(making, reader, shelf);
  }
}

/** The view of a text through which the shelf measures it and cuts its readers. */
function heldText(making: () => Making, shelf: TextShelf): HeldText {
  const cut = (isCut: (reader: Reader) => boolean): void => {
    for (const reader of [...making().readers].filter(isCut)) {
      leave(making(), reader, shelf);
      reader.end.abort();
    }
  };
  return {
    bytes: () => making().bytes,
    cutAll: () => cut(() => true),
    cutSlowest() {
      const slowest = lowest([...making().readers].map(({ at }) => at));
      cut(({ at }) => at <= slowest);
    },
  };
}

/** Joins concurrent calls: all get one promise until it settles. */
function together(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= work().finally(() => (running = null)));
}

/**
 * Starts `make` at most once per `everyMs`; the calls before a start share its text. Chunks are made for the fastest reader and held
 * until the slowest has read them. A reader that falls too far behind is cut: `givenUp` aborts, and `chunks` throws. An error of
 * `make` is thrown to every reader.
 */
export function createSharedText(
  make: () => AsyncIterable<string>,
  everyMs: number,
  now: () => number,
  shelf: TextShelf,
): SharedText {
  let lastBegun = -Infinity;
  /** The text that has not started and that further readers can join. */
  let waiting: Making | null = null;

  const begin = async (making: Making): Promise<AsyncIterator<string>> => {
    const rest = lastBegun + everyMs - now();
    if (rest > 0) await wait(rest);
    waiting = null;
    lastBegun = now();
    if (making.readers.size > 0) shelf.add(making.held);
    return make()[Symbol.asyncIterator]();
  };

  const prepare = (): Making => {
    let source: AsyncIterator<string> | null = null;
    const making: Making = {
      chunks: [],
      readers: new Set(),
      bytes: 0,
      done: false,
      failure: null,
      advance: together(async () => {
        try {
          source ??= await begin(making);
          const next: IteratorResult<string, unknown> = await source.next();
          if (next.done === true) {
            making.done = true;
            return;
          }
          const text = Buffer.from(next.value, 'utf8');
          making.chunks.push({ text, unread: making.readers.size });
          making.bytes += text.length;
          shelf.trim();
        } catch (error) {
          making.failure = { error };
        }
      }),
      held: heldText(() => making, shelf),
    };
    return making;
  };

  return () => {
    const making = (waiting ??= prepare());
    const reader: Reader = { at: 0, end: new AbortController() };
    making.readers.add(reader);
    return {
      chunks: follow(making, reader, shelf),
      givenUp: reader.end.signal,
      leave: () => leave(making, reader, shelf),
    };
  };
}
