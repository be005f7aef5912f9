import { connect, type LookupFunction, type Socket } from 'node:net';

export interface Address {
  /** Name or IP address, the latter without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where a connection to `url` goes. */
export function addressOf(url: URL): Address {
  const usual = url.protocol === 'https:' ? 443 : 80;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || usual };
}

/** True as soon as one of the addresses takes a TCP connection; false when none does within `timeoutMs`, or at `signal`. */
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
    // Not for what had arrived but was not read yet because the event loop was busy.
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
