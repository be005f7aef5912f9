import { setTimeout as wait } from 'node:timers/promises';

/** A text that many may ask for at nearly the same time: in chunks, made after it was asked for. */
export type SharedText = () => AsyncIterable<Buffer>;

interface Making {
  /** Null where every reader has read it. */
  readonly chunks: (Buffer | null)[];
  readonly readers: Set<{ at: number }>;
  dropped: number;
  done: boolean;
  /** Why the text has no end; for every reader, since one that came this far later must not take it for whole. */
  failure: { readonly error: unknown } | null;
  /** Makes the next chunk; one promise for all who wait for it. */
  advance: () => Promise<void>;
}

/** Lets go of what every reader has read. */
function drop(making: Making): void {
  const slowest = Math.min(...[...making.readers].map(({ at }) => at));
  for (; making.dropped < slowest; making.dropped += 1) making.chunks[making.dropped] = null;
}

async function* follow(making: Making, reader: { at: number }): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const chunk = making.chunks[reader.at];
      if (chunk) {
        reader.at += 1;
        drop(making);
        yield chunk;
      } else if (making.failure !== null) throw making.failure.error;
      else if (making.done) return;
      else await making.advance();
    }
  } finally {
    making.readers.delete(reader);
  }
}

/** One promise for all calls until it settles. */
function together(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= work().finally(() => (running = null)));
}

/**
 * Makes a text with `make` at most once in `everyMs`: who asks in between waits for the next one, together with others. It
 * is made as fast as its fastest reader reads, and held as long as its slowest needs it.
 */
export function createSharedText(
  make: () => AsyncIterable<string>,
  everyMs: number,
  now: () => number,
): SharedText {
  let lastBegun = -Infinity;
  /** Not begun yet, so that others can still join. */
  let waiting: Making | null = null;

  const begin = async (): Promise<AsyncIterator<string>> => {
    const rest = lastBegun + everyMs - now();
    if (rest > 0) await wait(rest);
    waiting = null;
    lastBegun = now();
    return make()[Symbol.asyncIterator]();
  };

  const prepare = (): Making => {
    let source: AsyncIterator<string> | null = null;
    const making: Making = {
      chunks: [],
      readers: new Set(),
      dropped: 0,
      done: false,
      failure: null,
      advance: together(async () => {
        try {
          source ??= await begin();
          const next: IteratorResult<string, unknown> = await source.next();
          if (next.done === true) making.done = true;
          else making.chunks.push(Buffer.from(next.value, 'utf8'));
        } catch (error) {
          making.failure = { error };
        }
      }),
    };
    return making;
  };

  return () => {
    const making = (waiting ??= prepare());
    const reader = { at: 0 };
    making.readers.add(reader);
    return follow(making, reader);
  };
}
