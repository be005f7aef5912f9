import { connect, type LookupFunction, type Socket } from 'node:net';

export interface Address {
  /** Name or IP address, the latter without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Host and port of `url`. */
export function addressOf(url: URL): Address {
  const usual = url.protocol === 'https:' ? 443 : 80;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || usual };
}

/** Resolves to true once an address accepts a TCP connection; to false after `timeoutMs` or when `signal` aborts. */
export function reachAny(
  addresses: readonly Address[],
  terms: { readonly lookup: LookupFunction; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { lookup, timeoutMs, signal } = terms;
  return new Promise((resolve) => {
    const trying = new Set<Socket>();
    const end = (reached: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      for (const socket of trying) socket.destroy();
      resolve(reached);
    };
    const giveUp = (): void => end(false);
    // Deferred, so that connections accepted while the event loop was busy still count.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    signal.addEventListener('abort', giveUp);
    for (const { host, port } of addresses) {
      const socket = connect({ host, port, lookup, autoSelectFamilyAttemptTimeout: 1_000 });
      trying.add(socket);
      socket.once('connect', () => end(true));
      socket.on('error', () => {
        trying.delete(socket);
        if (trying.size === 0) giveUp();
      });
    }
    if (signal.aborted) giveUp();
  });
}
