import type { Socket } from 'node:net';

/** Bytes that are read of one connection in one turn of the event loop; Node itself would read 2 MiB. */
const mostBytes = 64 * 1024;
/** The same in pieces: each record of TLS is one, and may hold a single byte. */
const mostPieces = 256;

/**
 * Lets other work run between the parts of what comes on a connection: the cost of a byte is up to its sender, who can
 * put each into a chunk or a record of its own.
 */
export function pace(socket: Socket): void {
  let bytes = 0;
  let pieces = 0;
  let resting = false;
  /** Whether the newest of the calls of others, while the connection rests, wants it to flow. */
  let flows = true;

  const next = (): void => {
    bytes = 0;
    pieces = 0;
    if (!resting) return;
    resting = false;
    Reflect.deleteProperty(socket, 'resume');
    Reflect.deleteProperty(socket, 'pause');
    if (flows) socket.resume();
  };

  socket.on('data', ({ length }: Buffer) => {
    if (pieces === 0) setImmediate(next);
    bytes += length;
    pieces += 1;
    if (resting || (bytes < mostBytes && pieces < mostPieces)) return;
    resting = true;
    flows = true;
    socket.pause();
    // Node's HTTP client resumes the connection whenever the body is read, and pauses it while it is not.
    socket.resume = () => {
      flows = true;
      return socket;
    };
    socket.pause = () => {
      flows = false;
      return socket;
    };
  });
}
