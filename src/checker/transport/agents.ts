import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { checkServerIdentity, type PeerCertificate, type SecureContext } from 'node:tls';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import type { Endpoint } from '../../domain/model.js';
import { createAuthorities } from './authorities.js';
import { connectLimitMs } from './deadline.js';
import { proxyFor } from './proxy.js';

interface Options {
  readonly lookup: LookupFunction;
  readonly reuseConnections: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A request is sent again on a fresh connection, because the idle one that it was sent on was closed. */
  readonly retried?: () => void;
  /** Called with every address before it is connected to; throws to refuse it. */
  readonly inspect?: (url: URL) => void;
}

/** The agent for an address, under its scheme. */
export type Agents = ({ readonly http: HttpAgent } | { readonly https: HttpsAgent }) & {
  /** An agent for one more request that reuses no connection; absent where none is reused anyway. */
  readonly fresh?: () => Agents;
};

const agentIn = (agents: Agents): HttpAgent => ('http' in agents ? agents.http : agents.https);

/** Lets running requests of an agent that is being replaced end undisturbed. */
function dropIdle(agents: Agents): void {
  for (const sockets of Object.values(agentIn(agents).freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/** hpagent decodes a credential: one that holds a lone % is taken as it is. */
function credential(written: string): string {
  try {
    decodeURIComponent(written);
    return written;
  } catch {
    return encodeURIComponent(written);
  }
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');

/** The parts of a proxy's address that hpagent reads; Node connects to an address of IPv6 without brackets only. */
function proxyAt(address: string): URL {
  const { protocol, hostname, port, username, password } = new URL(address);
  const parts = {
    protocol,
    hostname: withoutBrackets(hostname),
    port,
    username: credential(username),
    password: credential(password),
  };
  return parts as unknown as URL;
}

type Connects = (options: Readonly<Record<string, unknown>>, done: unknown) => unknown;

/** An address of IPv6 stands in brackets in CONNECT (RFC 9112, section 3.2.3); hpagent writes it as it comes. */
function bracketing<A extends HttpProxyAgent | HttpsProxyAgent>(agent: A): A {
  const connecting = agent as unknown as { createConnection: Connects };
  const connect = connecting.createConnection.bind(agent);
  connecting.createConnection = (options, done) => {
    const { host } = options;
    return connect(
      typeof host === 'string' && isIPv6(host) ? { ...options, host: `[${host}]` } : options,
      done,
    );
  };
  return agent;
}

const identity = (host: string, certificate: PeerCertificate): Error | undefined =>
  checkServerIdentity(withoutBrackets(host), certificate);

interface ProxyOptions {
  readonly proxy: URL;
  readonly timeout: number;
  readonly proxyRequestOptions: Readonly<Record<string, unknown>>;
}

/** How connections are opened, by the TLS and proxy settings of the endpoint. */
export function createAgents({ lookup, reuseConnections, env, inspect, retried }: Options) {
  const authorities = createAuthorities(env);
  const agents = new Map<string, { readonly context: SecureContext | null; readonly agent: Agents }>();

  function open(
    context: SecureContext | null,
    tls: Endpoint['tls'],
    proxy: ProxyOptions | null,
    keepAlive: boolean,
  ): Agents {
    const connection = {
      keepAlive,
      lookup,
      // Node gives each address of a name but the last 250 ms, less than some round trips.
      autoSelectFamilyAttemptTimeout: 1_000,
    };
    if (context === null) {
      return {
        http:
          proxy === null
            ? new HttpAgent(connection)
            : bracketing(new HttpProxyAgent({ ...connection, ...proxy })),
      };
    }
    const secure = {
      ...connection,
      secureContext: context,
      // A resumed session would skip the certificate.
      maxCachedSessions: 0,
      rejectUnauthorized: !tls.insecure,
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    };
    if (proxy === null) return { https: new HttpsAgent(secure) };
    const through = { ...secure, ...proxy, checkServerIdentity: identity };
    return { https: bracketing(new HttpsProxyAgent(through)) };
  }

  async function proxyOptions(address: string | null): Promise<ProxyOptions | null> {
    if (address === null) return null;
    const secureContext = address.startsWith('https:') ? await authorities.contextFor({}) : undefined;
    // hpagent gives up a CONNECT only by this timeout: without one a mute proxy would keep a socket for each check.
    return {
      proxy: proxyAt(address),
      timeout: connectLimitMs,
      proxyRequestOptions: { lookup, ...(secureContext && { secureContext }) },
    };
  }

  return {
    /** Rejects with a TlsFileError when a TLS file of the endpoint cannot be used, and with what `inspect` throws. */
    async agentFor(url: URL, { tls, proxy }: Pick<Endpoint, 'tls' | 'proxy'>): Promise<Agents> {
      inspect?.(url);
      const through = proxyFor(url, proxy, env);
      const context = url.protocol === 'https:' ? await authorities.contextFor(tls) : null;
      const key = JSON.stringify([url.protocol, tls, through]);
      const options = await proxyOptions(through);
      const known = agents.get(key);
      if (known?.context === context) return known.agent;
      if (known !== undefined) dropIdle(known.agent);
      const fresh = (): Agents => {
        retried?.();
        return open(context, tls, options, false);
      };
      const agent = { ...open(context, tls, options, reuseConnections), ...(reuseConnections && { fresh }) };
      agents.set(key, { context, agent });
      return agent;
    },

    close: (): void => {
      for (const { agent } of agents.values()) agentIn(agent).destroy();
      agents.clear();
    },
  };
}
