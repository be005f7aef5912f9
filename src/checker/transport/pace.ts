import type { Socket } from 'node:net';
import { createFeed, type TimedTurns } from './timed-turns.js';

/** True for the failure of a write: the peer no longer reads, and may have said why. */
const isOfWrite = (error: NodeJS.ErrnoException): boolean => error.syscall?.startsWith('write') === true;

/**
 * Makes what comes on a connection that is not one of TLS be read in small parts, in turn with others: Node reads 64 KiB at once, and
 * in chunks of one byte these take as long as megabytes of a reply. Usual replies are read as they come.
 */
export function pace(socket: Socket, turns: TimedTurns): void {
  const push = socket.push.bind(socket);
  // It is public for those who implement streams; Node's types have it for these alone.
  const read = socket._read.bind(socket);
  const destroy = socket.destroy.bind(socket);
  let failed = false;

  const feed = createFeed(turns, {
    push: (part) => !socket.destroyed && push(part) && !socket.destroyed,
    more: () => {
      read(socket.readableHighWaterMark);
    },
    fail: destroy,
  });

  socket.push = (chunk: Buffer | null) => {
    if (chunk === null) {
      if (!feed.waits) return push(null);
      feed.end();
    } else if (!feed.waits && turns.free(chunk.length)) return push(chunk);
    else {
      feed.add(chunk);
      feed.want();
    }
    // The connection stops to read.
    return false;
  };
  socket._read = (size) => {
    if (feed.waits) feed.want();
    else read(size);
  };
  socket.destroy = (error) => {
    if (error !== undefined && isOfWrite(error) && feed.waits && !failed) {
      failed = true;
      feed.fail(error);
      return socket;
    }
    feed.clear();
    return destroy(error);
  };
}
