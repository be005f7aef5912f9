import { setMaxListeners } from 'node:events';
import { request as requestHttp, type ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Path } from './path.js';
import { createAuthorities } from './transport/authorities.js';
import { refusalOfProxy, type ProxyOnWay } from './transport/proxy-fault.js';
import { authorityOf, nameOfProxy, openTunnel, proxyAt, type Proxy } from './transport/tunnel.js';

/** What a test of paths found. */
export interface Sighting {
  readonly reached: boolean;
  /** The one that was reached replied, or nobody was; else it only accepted a connection or TLS, as a proxy may do for all. */
  readonly replied: boolean;
  /** Nobody was reached but in the own network. */
  readonly near: boolean;
}

/** Resolves once a path is reached, after `timeoutMs` or when `signal` aborts. */
export type ReachAny = (
  paths: readonly Path[],
  terms: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<Sighting>;

/** How a peer was reached, `near` where it is in the own network; null where it was not. */
type How = 'replied' | 'connected' | 'near' | null;

/** Creates the test of paths by a test of one, whose signal aborts when another path is reached, or the time is over. */
export function createReachAny(reach: (path: Path, over: AbortSignal) => Promise<How>): ReachAny {
  return (paths, { timeoutMs, signal }) =>
    new Promise((resolve) => {
      const over = new AbortController();
      setMaxListeners(0, over.signal);
      let left = paths.length;
      let near: How = null;
      const end = (how: How): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        over.abort();
        resolve({ reached: how !== null, replied: how === null || how === 'replied', near: how === 'near' });
      };
      const giveUp = (): void => end(near);
      // Deferred, so that connections accepted while the event loop was busy still count.
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      signal.addEventListener('abort', giveUp);
      for (const path of paths) {
        void reach(path, over.signal)
          .catch(() => null)
          .then((how) => {
            left -= 1;
            if (how === 'near') near = how;
            if (left === 0) end(how ?? near);
            else if (how !== 'near' && how !== null) end(how);
          });
      }
      if (signal.aborted) giveUp();
    });
}

/** Resolves to what becomes of a socket first: true for its connection, false for its end or when `over` aborts. Closes it. */
function awaitConnection(socket: Socket, over: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => void socket.destroy();
    socket.once('connect', () => {
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

/** A request without a body, for which no peer does anything. */
const asking = { method: 'HEAD', setHost: false } as const;

/** ms that a peer has for its reply after it has shown to be there: not all reply to such a request. */
const patienceMs = 1_000;

/** Resolves to false once a proxy replies that it did not reach the target, to true with any other reply, to null where none comes. */
function replyOf(request: ClientRequest, proxy: ProxyOnWay): Promise<boolean | null> {
  return new Promise((resolve) => {
    request.once('response', (reply) => {
      resolve(refusalOfProxy(proxy, reply)?.reason !== 'connect_error');
      request.destroy();
    });
    request.on('error', () => resolve(null));
    // Of a switch of protocols, too.
    request.once('close', () => resolve(null));
    request.end();
  });
}

/**
 * Asks the peer on a connection, inside TLS if the path is one by it: a proxy may open a tunnel, or TLS itself, before it has reached the
 * target. A peer that is there and does not reply is reached: some close, refuse a client without a certificate, or let it wait. Where
 * a proxy is known to accept connections and TLS in the place of targets, these show nobody.
 */
async function answersOn(socket: Socket, path: Path, trust: SecureContext, over: AbortSignal): Promise<How> {
  const { host, port, by, asks } = path;
  const name = path.proxy === null ? '' : nameOfProxy(path.proxy);
  const stop = (): void => void socket.destroy();
  let shown = false;
  const isShown = (): boolean => shown;
  let waiting: NodeJS.Timeout | undefined;
  const show = (): void => {
    if (asks === 'reply') return;
    shown = true;
    waiting = setTimeout(stop, patienceMs);
  };
  const secured = (): Socket =>
    connectTls({
      socket,
      secureContext: trust,
      rejectUnauthorized: false,
      servername: isIP(host) === 0 ? host : '',
    })
      .once('secureConnect', show)
      .once('error', ({ code = '' }: NodeJS.ErrnoException) => (shown ||= /^(?:ERR_SSL_|EPROTO)/.test(code)));
  const request = requestHttp({
    ...asking,
    path: '/',
    headers: { host: authorityOf({ host, port }) },
    createConnection: () => {
      if (by === 'tls') return secured();
      return asks === undefined ? socket.once('connect', show) : socket;
    },
  });
  // Those who use it hear of it by its close.
  socket.on('error', () => undefined);
  over.addEventListener('abort', stop);
  try {
    const replied = await replyOf(request, { name, forwards: false });
    if (replied !== null) return replied ? 'replied' : null;
    return isShown() ? 'connected' : null;
  } finally {
    clearTimeout(waiting);
    over.removeEventListener('abort', stop);
    stop();
  }
}

/** Asks the proxy to forward a request. */
async function forwards(
  { name, secure, at, headers }: Proxy,
  { host, port }: Path,
  over: AbortSignal,
): Promise<boolean> {
  const url = new URL(`http://${authorityOf({ host, port })}/`);
  const request = (secure ? requestHttps : requestHttp)({
    ...at,
    ...asking,
    agent: false,
    path: url.href,
    headers: { host: url.host, ...headers },
    signal: over,
  });
  return (await replyOf(request, { name, forwards: true })) === true;
}

/** ms after which known addresses serve in the place of a look-up: with its first server dead, a resolver needs five seconds for each. */
const lateMs = 200;

/** A look-up that takes known addresses once the resolver is late. */
function lookupOr(known: (name: string) => readonly string[], lookup: LookupFunction): LookupFunction {
  return (name, options, callback) => {
    const addresses = known(name).filter((address) => isIP(address) !== 0);
    const [first] = addresses;
    if (first === undefined) {
      lookup(name, options, callback);
      return;
    }
    let open = true;
    const timer = setTimeout(() => {
      open = false;
      if (options.all !== true) callback(null, first, isIP(first));
      else
        callback(
          null,
          addresses.map((address) => ({ address, family: isIP(address) })),
        );
    }, lateMs);
    lookup(name, options, (...found) => {
      clearTimeout(timer);
      if (open) callback(...found);
    });
  };
}

/**
 * Creates the test of paths. Directly a peer is reached that accepts a TCP connection, through a proxy one that speaks TLS, or replies, and
 * for which the proxy does not say that it is unreachable: it accepts connections, and TLS where it looks into it, whatever lies behind it.
 */
export function createReach(parts: {
  readonly lookup: LookupFunction;
  /** Source of SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, for proxies that speak TLS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True for an address of the own network. */
  readonly isNear?: (address: string) => boolean;
  /** The addresses of a name, or the name itself. */
  readonly addressesOf?: (name: string) => readonly string[];
}): ReachAny {
  const { env, isNear = () => false, addressesOf = (name: string) => [name] } = parts;
  const knowing = lookupOr(addressesOf, parts.lookup);
  const authorities = createAuthorities(env);
  /** Trusts nobody: no certificate is looked at. */
  let nobody: SecureContext | null = null;
  const trusted = (): SecureContext => (nobody ??= createSecureContext({ ca: [] }));

  async function reach(path: Path, over: AbortSignal): Promise<How> {
    const { host, port, proxy: address, by } = path;
    const lookup = path.named === true ? knowing : parts.lookup;
    if (address === null) {
      const socket = connect({ host, port, lookup, autoSelectFamilyAttemptTimeout: 1_000 });
      let at = '';
      socket.once('connect', () => (at = socket.remoteAddress ?? ''));
      const how =
        path.asks !== undefined
          ? await answersOn(socket, path, trusted(), over)
          : (await awaitConnection(socket, over)) && 'connected';
      if (how === false || how === null) return null;
      return path.far === true && isNear(at) ? 'near' : how;
    }
    const secured = address.startsWith('https:') ? await authorities.contextFor({}) : null;
    const proxy = proxyAt(address, lookup, secured);
    if (by === 'request') return (await forwards(proxy, path, over)) ? 'replied' : null;
    const socket = await openTunnel(proxy, path, { signal: over, asked: false });
    if (by === 'tls') return answersOn(socket, path, trusted(), over);
    socket.on('error', () => undefined).destroy();
    return 'connected';
  }

  return createReachAny(reach);
}
