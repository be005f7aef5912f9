import { setMaxListeners } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Path } from './path.js';
import { createAuthorities } from './transport/authorities.js';
import { refusalOfProxy } from './transport/proxy-fault.js';
import { authorityOf, openTunnel, proxyAt, type Proxy } from './transport/tunnel.js';

/** Resolves to true once a path is reached; to false after `timeoutMs` or when `signal` aborts. */
export type ReachAny = (
  paths: readonly Path[],
  terms: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<boolean>;

/** Resolves to what becomes of a socket first: true for `event`, false for its end or when `over` aborts. Closes it. */
function awaitOn(socket: Socket, event: 'connect' | 'data', over: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => void socket.destroy();
    socket.once(event, () => {
      resolve(true);
      stop();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      over.removeEventListener('abort', stop);
      resolve(false);
    });
    over.addEventListener('abort', stop);
    if (over.aborted) stop();
  });
}

/** Greets with TLS and waits for the first bytes, which are not read: some proxies open a tunnel before they reach the target. */
function answersTls(socket: Socket, host: string, trust: SecureContext, over: AbortSignal): Promise<boolean> {
  const wire = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      socket.write(chunk as Buffer);
      done();
    },
  });
  const greeting = connectTls({
    socket: wire,
    secureContext: trust,
    servername: isIP(host) === 0 ? host : '',
  });
  greeting.on('error', () => undefined);
  return awaitOn(socket, 'data', over).finally(() => greeting.destroy());
}

/** Asks the proxy to forward a request; any reply that may be the target's shows that this was reached. */
function forwards(
  { name, secure, at, headers }: Proxy,
  { host, port }: Path,
  over: AbortSignal,
): Promise<boolean> {
  const url = new URL(`http://${authorityOf({ host, port })}/`);
  const request = secure ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const asking = request({
      ...at,
      agent: false,
      method: 'HEAD',
      path: url.href,
      setHost: false,
      headers: { host: url.host, ...headers },
      signal: over,
    });
    asking.once('response', (reply) => {
      resolve(refusalOfProxy(name, reply)?.reason !== 'connect_error');
      asking.destroy();
    });
    asking.on('error', () => resolve(false));
    // Of a switch of protocols, too.
    asking.once('close', () => resolve(false));
    asking.end();
  });
}

/**
 * Creates the test of paths. Directly a peer is reached that accepts a TCP connection, through a proxy one that answers: the proxy
 * accepts connections whatever lies behind it.
 */
export function createReach(parts: {
  readonly lookup: LookupFunction;
  /** Source of SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, for proxies that speak TLS. */
  readonly env: Readonly<Record<string, string | undefined>>;
}): ReachAny {
  const { lookup, env } = parts;
  const authorities = createAuthorities(env);
  /** Trusts nobody: no certificate is looked at. */
  let nobody: SecureContext | null = null;

  async function reach(path: Path, over: AbortSignal): Promise<boolean> {
    const { host, port, proxy: address, by } = path;
    if (address === null) {
      const socket = connect({ host, port, lookup, autoSelectFamilyAttemptTimeout: 1_000 });
      return awaitOn(socket, 'connect', over);
    }
    const secured = address.startsWith('https:') ? await authorities.contextFor({}) : null;
    const proxy = proxyAt(address, lookup, secured);
    if (by === 'request') return forwards(proxy, path, over);
    const socket = await openTunnel(proxy, path, { signal: over, asked: false });
    if (by === 'tls') return answersTls(socket, host, (nobody ??= createSecureContext({ ca: [] })), over);
    socket.on('error', () => undefined).destroy();
    return true;
  }

  return (paths, { timeoutMs, signal }) =>
    new Promise((resolve) => {
      const over = new AbortController();
      setMaxListeners(0, over.signal);
      let left = paths.length;
      const end = (reached: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        over.abort();
        resolve(reached);
      };
      const giveUp = (): void => end(false);
      // Deferred, so that connections accepted while the event loop was busy still count.
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      signal.addEventListener('abort', giveUp);
      for (const path of paths) {
        void reach(path, over.signal)
          .catch(() => false)
          .then((reached) => {
            left -= 1;
            if (reached || left === 0) end(reached);
          });
      }
      if (signal.aborted) giveUp();
    });
}
