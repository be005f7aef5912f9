import type { Socket } from 'node:net';

/** ms of a turn of the event loop after which further requests wait for a later turn. */
const serveMs = 2;
/** The same after which nothing more is read: the sender chooses what the reading of a request costs. */
const readMs = 5;
/** Most requests that one turn takes of those that wait, and most connections that it reads again. */
const mostTaken = 16;

/** Shares the turns of the event loop, since the requests of many connections can come at one moment. */
export interface RequestTurns {
  /**
   * Calls `serve` at once, or in a later turn, in the order of the calls, if this turn has taken its time. The connection, if it is
   * told, is not read meanwhile.
   */
  take(socket: Socket | null, serve: () => void): void;
  /** Resolves as `take` serves: for what a request does once it has waited for what others wait for too. */
  next(): Promise<void>;
}

/** Creates the turns of these connections. */
export function createRequestTurns(sockets: ReadonlySet<Socket>): RequestTurns {
  const waiting: { readonly socket: Socket | null; readonly serve: () => void }[] = [];
  /** Connections that are not read for a while. */
  const resting = new Set<Socket>();
  let begunAt: number | null = null;

  const elapsedMs = (): number => (begunAt === null ? 0 : performance.now() - begunAt);

  function begin(): void {
    if (begunAt === null) setImmediate(end);
    begunAt ??= performance.now();
  }

  function rest(socket: Socket | null): void {
    if (socket === null || socket.isPaused()) return;
    socket.pause();
    resting.add(socket);
  }

  function wake(socket: Socket | null): void {
    if (socket !== null && resting.delete(socket)) socket.resume();
  }

  function next(): void {
    const taken = waiting.shift();
    if (taken === undefined) return;
    wake(taken.socket);
    taken.serve();
  }

  /** The first of those that a turn takes is served however long the turn has taken by then. */
  function first(): void {
    begunAt = null;
    begin();
    next();
  }

  function further(): void {
    if (elapsedMs() < serveMs) next();
  }

  function end(): void {
    begunAt = null;
    if (waiting.length > 0) {
      // One callback each: what a request leaves to promises runs behind its own, and so counts.
      setImmediate(first);
      for (let taken = 1; taken < Math.min(waiting.length, mostTaken); taken += 1) setImmediate(further);
      return;
    }
    let woken = 0;
    for (const socket of resting) {
      if (woken === mostTaken) break;
      woken += 1;
      wake(socket);
    }
    if (resting.size > 0) begin();
  }

  function take(socket: Socket | null, serve: () => void): void {
    if (elapsedMs() >= readMs) for (const each of sockets) rest(each);
    if (waiting.length === 0 && elapsedMs() < serveMs) {
      begin();
      serve();
      return;
    }
    rest(socket);
    waiting.push({ socket, serve });
    begin();
  }

  return {
    take,
    next: () =>
      new Promise((resolve) => {
        // What follows a promise runs after all that wait for the same one have come here: only the first goes on in this turn.
        if (begunAt === null) take(null, resolve);
        else waiting.push({ socket: null, serve: resolve });
      }),
  };
}
