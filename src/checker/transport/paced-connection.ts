import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Bytes of a part, which TLS reads at once. */
const partBytes = 4 * 1024;
/** ms of reading after which other work runs before the next part. */
const turnMs = 1;

/** Calls works that wait, in the order of their coming, for about a millisecond in each turn of the event loop. */
export interface TimedTurns {
  /** Nothing happens for one that waits already. */
  soon(work: () => void): void;
  cancel(work: () => void): void;
}

/** Creates the turns that all connections share: a provider can begin many handshakes at one moment. */
export function createTimedTurns(): TimedTurns {
  const waiting = new Set<() => void>();
  let begun = false;

  function turn(): void {
    begun = false;
    const until = performance.now() + turnMs;
    for (const work of waiting) {
      waiting.delete(work);
      work();
      if (performance.now() >= until) break;
    }
    begin();
  }

  function begin(): void {
    if (begun || waiting.size === 0) return;
    begun = true;
    setImmediate(turn);
  }

  return {
    soon(work) {
      waiting.add(work);
      begin();
    },
    cancel: (work) => void waiting.delete(work),
  };
}

/**
 * A stream over the connection `raw` that TLS reads in small parts, in turn with others. Node lets TLS read half a mebibyte in one
 * turn of the loop, and the sender chooses what that costs: an update of the key is a record of 27 bytes which is never seen as
 * data, and takes as long as kilobytes of a reply.
 */
export function pacedConnection(raw: Socket, turns: TimedTurns): Duplex {
  const parts: Buffer[] = [];
  let ended = false;
  let failure: Error | null = null;
  let wanted = false;

  const next = (): void => {
    const [chunk] = parts;
    // Told after what came before it: a server may refuse a question and close before it has read all of it.
    if (chunk === undefined && failure !== null) stream.destroy(failure);
    if (!wanted || stream.destroyed) return;
    if (chunk !== undefined) {
      const until = performance.now() + turnMs;
      let rest = chunk;
      do {
        wanted = stream.push(rest.subarray(0, partBytes));
        rest = rest.subarray(partBytes);
      } while (wanted && rest.length > 0 && performance.now() < until);
      if (rest.length > 0) parts[0] = rest;
      else parts.shift();
      soon();
    } else if (ended) stream.push(null);
    else raw.resume();
  };

  const soon = (): void => {
    turns.soon(next);
  };

  const stream = new Duplex({
    read() {
      wanted = true;
      soon();
    },
    write(chunk: Buffer, _encoding, done) {
      // TLS says goodbye to a peer that has left.
      if (!raw.writable) done();
      else
        raw.write(chunk, () => {
          // With the error of the connection the stream is destroyed.
          if (raw.errored === null) done();
        });
    },
    final(done) {
      raw.end(() => {
        done();
      });
    },
    destroy(error, done) {
      turns.cancel(next);
      parts.length = 0;
      raw.destroy();
      done(error);
    },
  });

  raw.on('data', (chunk: Buffer) => {
    raw.pause();
    parts.push(chunk);
    soon();
  });
  raw.once('end', () => {
    ended = true;
    soon();
  });
  raw.once('error', (error) => {
    failure = error;
    soon();
  });
  raw.once('close', () => {
    if (!ended && failure === null) stream.destroy();
  });
  return stream;
}
