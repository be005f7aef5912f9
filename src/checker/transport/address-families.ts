import type { Socket } from 'node:net';
import type { Clock } from '../../domain/clock.js';
import type { DeadFamily } from '../../domain/model-note.js';

/**
 * Events of a socket that connects to a name of several addresses, one attempt after the other
 * (https://nodejs.org/api/net.html#event-connectionattempt). They come with address, port and family.
 */
export const attemptEvents = ['connectionAttempt', 'connectionAttemptTimeout'] as const;

/**
 * Watches the attempts of a socket that is connecting: all of a family may time out before one of the other family connects.
 * A refusal, or a network that has no way to an address, costs no time and is not watched for.
 */
export function watchAttempts(
  socket: Socket,
  host: string,
  clock: Clock,
): { readonly connected: () => DeadFamily | null } {
  /** Family of the newest attempt; the last one is that which connects. */
  let newest: number | null = null;
  let since = clock.monotonic();
  const waitedMs = new Map<number, number>();
  const attempted = (_address: string, _port: number, family: number): void => {
    newest = family;
    since = clock.monotonic();
  };
  const timedOut = (_address: string, _port: number, family: number): void => {
    waitedMs.set(family, (waitedMs.get(family) ?? 0) + clock.monotonic() - since);
  };
  socket.on('connectionAttempt', attempted);
  socket.on('connectionAttemptTimeout', timedOut);
  return {
    connected() {
      socket.off('connectionAttempt', attempted);
      socket.off('connectionAttemptTimeout', timedOut);
      for (const family of [4, 6] as const) {
        const waited = waitedMs.get(family);
        if (waited !== undefined && newest !== null && newest !== family)
          return { family, host, waitedMs: waited };
      }
      return null;
    },
  };
}
