import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Bytes of a part, which TLS reads at once. */
const partBytes = 4 * 1024;
/** ms of reading after which other work runs before the next part. */
const turnMs = 1;

/**
 * A stream over the connection `raw` that TLS reads in small parts, for a millisecond in each turn of the event loop. Node lets TLS read half a mebibyte in one turn of the
 * loop, and the sender chooses what that costs: an update of the key is a record of 27 bytes which is never seen as data,
 * and takes as long as kilobytes of a reply.
 */
export function pacedConnection(raw: Socket): Duplex {
  const parts: Buffer[] = [];
  let ended = false;
  let failure: Error | null = null;
  let wanted = false;
  let turn: NodeJS.Immediate | null = null;

  const next = (): void => {
    turn = null;
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
    turn ??= setImmediate(next);
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
      if (turn !== null) clearImmediate(turn);
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
