import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { takeReads } from './pace.js';
import type { TimedTurns } from './timed-turns.js';

/** ms for which the failure of a connection that brought something waits: a reply may be whole, while another thread unpacks it. */
const unpackingMs = 50;

/**
 * A stream over the connection `raw` that TLS reads in small parts, in turn with others. Node lets TLS read half a mebibyte in one
 * turn of the loop, and the sender chooses what that costs: an update of the key is a record of 27 bytes which is never seen as
 * data, and takes as long as kilobytes of a reply. `came` is called for all that comes.
 */
export function pacedConnection(raw: Socket, turns: TimedTurns, came: () => void = () => undefined): Duplex {
  let ended = false;
  const push = (part: Buffer | null): boolean => {
    ended ||= part === null;
    return !stream.destroyed && stream.push(part) && !stream.destroyed;
  };
  // What a tunnel brought with its answer.
  const head = raw.readableLength > 0 ? (raw.read() as Buffer | null) : null;
  const feed = takeReads(raw, { turns, push, always: true, came });
  if (head !== null) feed.add(head);

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
      // Leaves what waits unread, too.
      raw.destroy();
      done(error);
    },
  });

  raw.once('error', (error) => {
    setTimeout(() => stream.destroy(error), raw.bytesRead > 0 ? unpackingMs : 0);
  });
  raw.once('close', () => {
    if (!ended && raw.errored === null) stream.destroy();
  });
  return stream;
}
