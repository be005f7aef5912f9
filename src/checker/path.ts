import type { Model } from '../domain/model.js';
import { proxyFor } from './transport/proxy.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The way to a peer as a check goes it. */
export interface Path {
  /** Name or IP address, the latter without brackets. */
  readonly host: string;
  readonly port: number;
  /** Address of the proxy on the way; null for none. */
  readonly proxy: string | null;
  /** What a proxy is asked for: a tunnel, one in which the peer answers to TLS, or to forward a request in plain HTTP. */
  readonly by: 'tunnel' | 'tls' | 'request';
  /** Without a proxy, too, only this shows the peer to be reached, a reply in place of TLS also: something on the way accepts connections. */
  readonly asks?: 'tls' | 'reply';
  /** The resolver replies, if late: addresses that are known serve as well. */
  readonly named?: boolean;
  /** One in the own network shows nothing, whatever its name is. */
  readonly far?: boolean;
}

/** Port of plain HTTP: by default Squid opens no tunnel to it. */
const plainPort = 80;
/** Port of TLS, which a proxy may look into. */
const securePort = 443;

/** Null also for a proxy that is not supported, whose checks say so. */
function usableProxy(url: URL, configured: string | null, env: Environment): string | null {
  try {
    const proxy = proxyFor(url, configured, env);
    return proxy !== null && URL.canParse(proxy) ? proxy : null;
  } catch {
    return null;
  }
}

/** Name or IP address of the host, the latter without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** The path of requests to `url`; `configured` is the proxy of the model, null to read `env`. */
export function pathTo(url: URL, configured: string | null, env: Environment): Path {
  const secure = url.protocol === 'https:';
  return {
    host: hostOf(url),
    port: Number(url.port) || (secure ? securePort : plainPort),
    proxy: usableProxy(url, configured, env),
    by: secure ? 'tls' : 'request',
  };
}

/** What is certain to be spoken at a port. */
const spokenAt = (port: number): Path['by'] =>
  port === plainPort ? 'request' : port === securePort ? 'tls' : 'tunnel';

/** The paths to `tcp://host:port` by all ways that checks of the models go, without models as one to https would. */
export function pathsToTarget(target: string, models: readonly Model[], env: Environment): readonly Path[] {
  const ways = new Map(
    models.map(({ endpoint: { baseUrl, proxy } }) => {
      const { protocol } = new URL(baseUrl);
      return [`${protocol} ${proxy ?? ''}`, { protocol, proxy }] as const;
    }),
  );
  if (ways.size === 0) ways.set(' ', { protocol: 'https:', proxy: null });
  const paths = [...ways.values()].map(({ protocol, proxy }): Path => {
    const path = pathTo(new URL(target.replace('tcp:', protocol)), proxy, env);
    return { ...path, by: spokenAt(path.port) };
  });
  // Schemes may share a way.
  return [...new Map(paths.map((path) => [path.proxy, path])).values()];
}
