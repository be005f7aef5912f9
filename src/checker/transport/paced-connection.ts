import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Bytes that are read in one turn of the event loop. */
const turnBytes = 4 * 1024;

/**
 * A stream over the connection `raw` that TLS reads in small parts. Node lets TLS read half a mebibyte in one turn of the
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
      wanted = stream.push(chunk.subarray(0, turnBytes));
      if (chunk.length > turnBytes) parts[0] = chunk.subarray(turnBytes);
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
