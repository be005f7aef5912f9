import {
  Agent as HttpAgent,
  request as requestHttp,
  type ClientRequest,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps, type RequestOptions } from 'node:https';
import { connect as connectTcp, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Endpoint } from '../../domain/model.js';
import { createAuthorities } from './authorities.js';
import { pace } from './pace.js';
import { pacedConnection } from './paced-connection.js';
import type { ProxyOnWay } from './proxy-fault.js';
import { proxyFor } from './proxy.js';
import type { TimedTurns } from './timed-turns.js';
import { attemptEvents } from './address-families.js';
import type { Connection } from './trace.js';
import { openTunnel, proxyAt, type Opening, type Proxy } from './tunnel.js';

interface Options {
  /** Turns in which connections are read. */
  readonly turns: TimedTurns;
  readonly lookup: LookupFunction;
  readonly reuseConnections: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A request is sent again on a fresh connection, because the idle one that it was sent on was closed. */
  readonly retried?: () => void;
  /** Called with every address before it is connected to; throws to refuse it. */
  readonly inspect?: (url: URL) => void;
}

/** Sends a request, for which a tunnel may be opened first. */
type Send = (url: URL, options: RequestOptions, opening?: Opening) => ClientRequest;

/** An agent and its way to send requests. */
export interface Route extends Connection {
  readonly send: Send;
  readonly proxy: ProxyOnWay | null;
  /** Whether the connection that requests are sent on is one of TLS. */
  readonly secure: boolean;
  /** A route for one more request that reuses no connection; absent where none is reused anyway. */
  readonly fresh?: () => Route;
}

type Opened = Route & { readonly agent: HttpAgent };

/** Closes idle connections of an agent that is used no longer; those of running requests are closed behind these. */
function dropIdle({ agent }: Opened): void {
  Object.assign(agent, { keepAlive: false });
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/** Times at which something came, by `performance.now()`. */
type Arrivals = WeakMap<object, number>;

/** The connection of a socket that is not one of TLS. */
const bare = (arrivals: Arrivals): Connection => ({
  received: ({ bytesRead }) => bytesRead,
  arrivedAt: (socket) => arrivals.get(socket) ?? null,
});

/** Plain HTTP in absolute form (RFC 9112, section 3.2.2): by default Squid allows CONNECT to port 443 only. */
function forwarding({ secure, at, headers, name }: Proxy, connection: object, arrivals: Arrivals): Opened {
  const agent = secure ? new HttpsAgent({ ...connection, ...at }) : new HttpAgent(connection);
  const request = secure ? requestHttps : requestHttp;
  return {
    agent,
    secure,
    proxy: { name, forwards: true },
    ...bare(arrivals),
    send: ({ origin, pathname, search, host }, options) =>
      request({
        ...options,
        agent,
        host: at.host,
        port: at.port,
        path: `${origin}${pathname}${search}`,
        // An object, as got passes them.
        headers: { host, ...(options.headers as OutgoingHttpHeaders), ...headers },
      }),
  };
}

type Connects = (options: RequestOptions & { readonly socket?: unknown }, done: Connected) => unknown;
type Connected = (error: Error | null, socket?: unknown) => void;

/** The connection under each one of TLS. */
type Carriers = WeakMap<object, Socket>;

/** A connection for TLS, whose lookup, attempts and connect are events of `over` it as well. */
function openTcp(options: RequestOptions): { raw: Socket; announce: (over: Socket) => void } {
  const raw = connectTcp({ ...(options as TcpNetConnectOpts), allowHalfOpen: true });
  return {
    raw,
    announce(over) {
      Object.assign(over, { connecting: true });
      raw.once('lookup', (...found) => over.emit('lookup', ...found));
      for (const event of attemptEvents)
        raw.on(event, (...attempt: unknown[]) => over.emit(event, ...attempt));
      raw.once('connect', () => {
        Object.assign(over, { connecting: false });
        over.emit('connect');
      });
    },
  };
}

/** Most bytes of a TLS handshake; chains of certificates have 3 to 10 KB, and odd keys take 4 ms for each of 1.3. */
const longestHandshake = 16 * 1024;
/** The same for the registry: a server may list the authorities of client certificates, some 20 KB where it takes all. */
const longestOfRegistry = 32 * 1024;
/** The same where a client certificate is configured. */
const longestWithClient = 64 * 1024;

/** Ends a connection whose handshake is longer, before it is read; called for all that comes. */
function handshakeLimit(raw: Socket, most: number) {
  const before = raw.bytesRead;
  let socket: Socket | null = null;
  return {
    came(): void {
      if (socket === null || raw.bytesRead - before <= most) return;
      const message = `the TLS handshake has over ${most} bytes`;
      socket.destroy(Object.assign(new Error(message), { code: 'ERR_TLS_HANDSHAKE_TOO_LONG' }));
    },
    of(secured: Socket): void {
      socket = secured;
      secured.once('secureConnect', () => (socket = null));
    },
  };
}

/** Makes an agent speak TLS over connections that are paced, inside a tunnel if there is a proxy. */
function pacing(
  agent: HttpsAgent,
  proxy: Proxy | null,
  parts: {
    readonly carriers: Carriers;
    readonly turns: TimedTurns;
    readonly longest: number;
    readonly arrivals: Arrivals;
  },
): HttpsAgent {
  const { carriers, turns, longest, arrivals } = parts;
  // Node's types do not have it: https://nodejs.org/api/http.html#agentcreateconnectionoptions-callback
  const connecting = agent as unknown as { createConnection: Connects };
  const connect = connecting.createConnection.bind(agent);
  const secured = (options: RequestOptions, raw: Socket, done: Connected): Socket => {
    const limit = handshakeLimit(raw, longest);
    const came = (): void => {
      arrivals.set(raw, performance.now());
      limit.came();
    };
    const socket = connect({ ...options, socket: pacedConnection(raw, turns, came) }, done) as Socket;
    // Node takes it from the stream. The agent would keep an idle connection that the peer has closed, and use it again.
    socket.allowHalfOpen = false;
    carriers.set(socket, raw);
    limit.of(socket);
    return socket;
  };
  connecting.createConnection = (options, done) => {
    if (proxy === null) {
      const { raw, announce } = openTcp(options);
      const socket = secured(options, raw, done);
      announce(socket);
      return socket;
    }
    // `send` passes the opening beside the options, and Node adds the target.
    const { host, port, opening } = options as { host: string; port: number; opening?: Opening };
    openTunnel(proxy, { host, port }, opening).then((raw) => {
      done(null, secured(options, raw, done));
    }, done);
    return undefined;
  };
  return agent;
}

/** Agents that are kept; a registry has few, but reloads and callers may name ever new proxies. */
const mostRoutes = 2_000;

/** Creates the agents for the TLS and proxy settings of endpoints. */
export function createAgents({ lookup, reuseConnections, env, turns, inspect, retried }: Options) {
  const authorities = createAuthorities(env);
  const routes = new Map<string, { readonly context: SecureContext | null; readonly route: Opened }>();

  /** Connections that are paced; each carries many requests. */
  const paced = new WeakSet<Socket>();
  const arrivals: Arrivals = new WeakMap();

  function open(
    context: SecureContext | null,
    tls: Endpoint['tls'],
    proxy: Proxy | null,
    keepAlive: boolean,
  ): Opened {
    const opened = connecting(context, tls, proxy, keepAlive);
    // TLS to the target reads from a paced connection.
    if (context !== null) return opened;
    return {
      ...opened,
      send(url, options, opening) {
        const request = opened.send(url, options, opening);
        request.once('socket', (socket) => {
          if (paced.has(socket)) return;
          paced.add(socket);
          pace(socket, turns, () => arrivals.set(socket, performance.now()));
        });
        return request;
      },
    };
  }

  function connecting(
    context: SecureContext | null,
    tls: Endpoint['tls'],
    proxy: Proxy | null,
    keepAlive: boolean,
  ): Opened {
    const connection = {
      keepAlive,
      lookup,
      // Node gives each address of a name but the last 250 ms, less than some round trips.
      autoSelectFamilyAttemptTimeout: 1_000,
      // A resumed session would skip the certificate.
      maxCachedSessions: 0,
    };
    if (context === null) {
      if (proxy !== null) return forwarding(proxy, connection, arrivals);
      const agent = new HttpAgent(connection);
      const send: Send = (url, options) => requestHttp(url, { ...options, agent });
      return { agent, secure: false, proxy: null, ...bare(arrivals), send };
    }
    const direct = new HttpsAgent({
      ...connection,
      secureContext: context,
      rejectUnauthorized: !tls.insecure,
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    });
    const carriers: Carriers = new WeakMap();
    const usual = inspect === undefined ? longestOfRegistry : longestHandshake;
    const longest = tls.certFile === undefined ? usual : longestWithClient;
    const agent = pacing(direct, proxy, { carriers, turns, longest, arrivals });
    return {
      agent,
      secure: true,
      proxy: proxy && { name: proxy.name, forwards: false },
      received: (socket) => (carriers.get(socket) ?? socket).bytesRead,
      arrivedAt: (socket) => arrivals.get(carriers.get(socket) ?? socket) ?? null,
      send: (url, options, opening) => {
        const all = { ...options, agent, opening };
        return requestHttps(url, all);
      },
    };
  }

  async function proxyOf(address: string): Promise<Proxy> {
    return proxyAt(address, lookup, address.startsWith('https:') ? await authorities.contextFor({}) : null);
  }

  return {
    /** Rejects with a TlsFileError when a TLS file of the endpoint cannot be used, and with what `inspect` throws. */
    async routeFor(url: URL, { tls, proxy }: Pick<Endpoint, 'tls' | 'proxy'>): Promise<Route> {
      inspect?.(url);
      const through = proxyFor(url, proxy, env);
      const context = url.protocol === 'https:' ? await authorities.contextFor(tls) : null;
      const key = JSON.stringify([url.protocol, tls, through]);
      const on = through === null ? null : await proxyOf(through);
      const known = routes.get(key);
      // The last one again: the first of the map is then the one that was not used for longest.
      routes.delete(key);
      if (known?.context === context) {
        routes.set(key, known);
        return known.route;
      }
      if (known !== undefined) dropIdle(known.route);
      const fresh = (): Route => {
        retried?.();
        return open(context, tls, on, false);
      };
      const route = { ...open(context, tls, on, reuseConnections), ...(reuseConnections && { fresh }) };
      routes.set(key, { context, route });
      const [oldest] = routes;
      if (routes.size > mostRoutes && oldest !== undefined) {
        routes.delete(oldest[0]);
        dropIdle(oldest[1].route);
      }
      return route;
    },

    close: (): void => {
      for (const { route } of routes.values()) route.agent.destroy();
      routes.clear();
    },
  };
}
