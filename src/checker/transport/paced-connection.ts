import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createFeed, type TimedTurns } from './timed-turns.js';

/**
 * A stream over the connection `raw` that TLS reads in small parts, in turn with others. Node lets TLS read half a mebibyte in one
 * turn of the loop, and the sender chooses what that costs: an update of the key is a record of 27 bytes which is never seen as
 * data, and takes as long as kilobytes of a reply.
 */
export function pacedConnection(raw: Socket, turns: TimedTurns): Duplex {
  let ended = false;
  let failed = false;

  const feed = createFeed(turns, {
    push: (part) => !stream.destroyed && stream.push(part) && !stream.destroyed,
    more: () => raw.resume(),
    fail: (error) => stream.destroy(error),
  });

  const stream = new Duplex({
    read() {
      feed.want();
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
      feed.clear();
      raw.destroy();
      done(error);
    },
  });

  raw.on('data', (chunk: Buffer) => {
    raw.pause();
    feed.add(chunk);
  });
  raw.once('end', () => {
    ended = true;
    feed.end();
  });
  raw.once('error', (error) => {
    failed = true;
    feed.fail(error);
  });
  raw.once('close', () => {
    if (!ended && !failed) stream.destroy();
  });
  return stream;
}
