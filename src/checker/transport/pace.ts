import type { Socket } from 'node:net';
import { createFeed, type Feed, type TimedTurns } from './timed-turns.js';

/** True for the failure of a write: the peer no longer reads, and may have said why. */
const isOfWrite = (error: NodeJS.ErrnoException): boolean => error.syscall?.startsWith('write') === true;

/** How what comes on a connection is read. */
interface Reading {
  readonly turns: TimedTurns;
  /** Takes a part, or null at the end; false while it wants no more. */
  readonly push: (part: Buffer | null) => boolean;
  /** True where what comes waits for a turn even if it could pass at once. */
  readonly always: boolean;
  /** Called for all that comes. */
  readonly came?: () => void;
}

/**
 * Takes what comes on a connection before its own buffer has it, and lets nothing more come until that is read. A connection that is
 * only paused reads on, and what its buffer has is lost when the peer resets it. A write that fails ends nothing: a server may answer,
 * and close before it has read all of the question, and what it said is read up to its end or its reset.
 */
export function takeReads(socket: Socket, { turns, push: give, always, came }: Reading): Feed {
  // It is public for those who implement streams; Node's types have it for these alone.
  const read = socket._read.bind(socket);
  const destroy = socket.destroy.bind(socket);
  let ended = false;
  let failed: Error | null = null;

  const feed = createFeed(turns, {
    push: (part) => !socket.destroyed && give(part) && !socket.destroyed,
    more: () => {
      read(socket.readableHighWaterMark);
    },
  });

  socket.push = (chunk: Buffer | null) => {
    came?.();
    if (chunk === null) {
      ended = true;
      if (!always && !feed.waits) return give(null);
      feed.end();
    } else if (!always && !feed.waits && turns.free(chunk.length)) return give(chunk);
    else {
      feed.add(chunk);
      if (!always) feed.want();
    }
    // The connection stops to read.
    return false;
  };
  socket._read = (size) => {
    if (feed.waits) feed.want();
    else read(size);
  };
  socket.destroy = (error) => {
    if (error !== undefined && isOfWrite(error) && !ended && failed === null) {
      failed = error;
      return socket;
    }
    feed.clear();
    return destroy(error && (failed ?? error));
  };
  return feed;
}

/**
 * Makes what comes on a connection that is not one of TLS be read in small parts, in turn with others: Node reads 64 KiB at once, and
 * in chunks of one byte these take as long as megabytes of a reply. Usual replies are read as they come. `came` is called for all that
 * comes.
 */
export function pace(socket: Socket, turns: TimedTurns, came: () => void = () => undefined): void {
  takeReads(socket, { turns, push: socket.push.bind(socket), always: false, came });
}
