import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock, MonotonicMs } from '../../domain/clock.js';
import type { Phases } from '../../domain/result.js';
import type { DeadFamily } from '../../domain/model-note.js';
import { isPlausible } from '../../domain/time.js';
import { watchAttempts } from './address-families.js';

type Mark = 'start' | 'socket' | 'lookup' | 'connect' | 'secure' | 'upload' | 'response' | 'end';

/** The stage that an attempt reached. */
export type Stage = 'lookup' | 'connect' | 'tls' | 'exchange';

function expiryOf(socket: TLSSocket): number | null {
  // Null at run time when the peer is gone already, and without `valid_to` when it showed none.
  const certificate = socket.getPeerCertificate() as { readonly valid_to?: string } | null;
  const expiresAt = Date.parse(certificate?.valid_to ?? '');
  return isPlausible(expiresAt) ? expiresAt : null;
}

/** What is known of the connection under a socket. */
export interface Connection {
  /** Bytes that came on it, with those of TLS. */
  readonly received: (socket: Socket) => number;
  /** `performance.now()` at the arrival of the newest of them; null where that is not watched. */
  readonly arrivedAt: (socket: Socket) => number | null;
}

const plain: Connection = { received: ({ bytesRead }) => bytesRead, arrivedAt: () => null };

/**
 * Watches one request of got for the phases it goes through. The marks are monotonic and belong to this request alone;
 * got's own timings are wall-clock and give a reused connection the phases of the request that opened it.
 */
export function createTrace(clock: Clock) {
  const marks: Partial<Record<Mark, MonotonicMs>> = { start: clock.monotonic() };
  let certificateExpiresAt: number | null = null;
  let reused = false;
  let looksUp = false;
  let deadFamily: DeadFamily | null = null;
  let received = (): number => 0;
  let carried = (): number => 0;
  let arrived = (): number | null => null;

  function mark(name: Mark): void {
    marks[name] ??= clock.monotonic();
  }

  function between(from: Mark, to: Mark): number | undefined {
    const start = marks[from];
    const end = marks[to];
    return start === undefined || end === undefined || end < start ? undefined : end - start;
  }

  function watchSocket(socket: Socket, host: string, own: boolean, connected: () => void): void {
    mark('socket');
    const secure = socket instanceof TLSSocket;
    const ready = (): void => {
      if (secure && own) certificateExpiresAt = expiryOf(socket);
      connected();
    };
    if (reused) {
      ready();
      return;
    }
    let attempts: ReturnType<typeof watchAttempts> | null = null;
    const established = (): void => {
      mark('connect');
      deadFamily = attempts?.connected() ?? null;
      if (!secure) ready();
    };
    looksUp = socket.connecting && isIP(host.replace(/^\[|\]$/g, '')) === 0;
    if (looksUp) attempts = watchAttempts(socket, host, clock);
    socket.once('lookup', () => mark('lookup'));
    if (secure) {
      socket.once('secureConnect', () => {
        mark('secure');
        ready();
      });
    }
    if (socket.connecting) socket.once('connect', established);
    else established();
  }

  return {
    mark,
    /** Follows the request; `connected` is called once the request can be sent. The certificate counts where it is the target's `own`. */
    watch(request: ClientRequest, own: boolean, connected: () => void, connection: Connection = plain): void {
      request.once('socket', (socket) => {
        reused = request.reusedSocket;
        const before = socket.bytesRead;
        received = () => socket.bytesRead - before;
        const carriedBefore = connection.received(socket);
        carried = () => connection.received(socket) - carriedBefore;
        arrived = () => connection.arrivedAt(socket);
        watchSocket(socket, request.host, own, connected);
      });
      request.once('finish', () => mark('upload'));
      request.once('response', () => mark('response'));
    },
    stage(secure: boolean): Stage {
      if (reused || marks.response !== undefined) return 'exchange';
      if (marks.connect === undefined) return looksUp && marks.lookup === undefined ? 'lookup' : 'connect';
      return secure && marks.secure === undefined ? 'tls' : 'exchange';
    },
    phases(): Phases {
      const opened = reused
        ? undefined
        : marks.lookup !== undefined
          ? 'lookup'
          : looksUp
            ? 'socket'
            : 'start';
      const phases: { -readonly [Name in keyof Phases]: number } = {};
      const take = (name: keyof Phases, from: Mark, to: Mark): void => {
        const ms = between(from, to);
        if (ms !== undefined) phases[name] = ms;
      };
      take('dns', 'socket', 'lookup');
      if (opened !== undefined) take('tcp', opened, 'connect');
      take('tls', 'connect', 'secure');
      take('request', reused ? 'socket' : marks.secure !== undefined ? 'secure' : 'connect', 'upload');
      take('first_byte', 'upload', 'response');
      take('download', 'response', 'end');
      return phases;
    },
    /** True while nothing came on a connection that an earlier request opened. */
    unansweredReuse: (): boolean => reused && received() === 0,
    /** Bytes that came on the connection since the request had it, whatever they are, with those of TLS. */
    receivedBytes: (): number => carried(),
    elapsedMs: (): number => clock.monotonic() - (marks.start ?? 0),
    /** ms from the call to the arrival of the newest bytes, which may have waited to be read. */
    arrivedMs(): number {
      const now = clock.monotonic() - (marks.start ?? 0);
      const at = arrived();
      return at === null ? now : Math.max(0, now - Math.max(0, performance.now() - at));
    },
    certificateExpiresAt: (): number | null => certificateExpiresAt,
    /** A family of the host's addresses that did not answer; nothing for none, and on a connection of before. */
    deadFamily: (): { readonly deadFamily?: DeadFamily } => (deadFamily === null ? {} : { deadFamily }),
  };
}
