import { request as requestHttp, type ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, isIPv6, type LookupFunction, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

/** A proxy and its connection options. */
export interface Proxy {
  /** Host and port, for messages: its address may hold a password. */
  readonly name: string;
  readonly secure: boolean;
  /** Options of a connection to it. */
  readonly at: {
    readonly host: string;
    readonly port: number;
    readonly lookup: LookupFunction;
    readonly secureContext?: SecureContext;
    readonly servername?: string;
  };
  /** Headers that it is sent besides. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Decodes a credential of a URL; one with a stray % stays as written. */
function decoded(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

export function proxyAt(address: string, lookup: LookupFunction, secureContext: SecureContext | null): Proxy {
  const { protocol, hostname, port, username, password } = new URL(address);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const number = port === '' ? (secure ? 443 : 80) : Number(port);
  const credential = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return {
    name: `${hostname}:${number}`,
    secure,
    at: {
      host,
      port: number,
      lookup,
      ...(secureContext && { secureContext, servername: isIP(host) === 0 ? host : '' }),
    },
    headers: username === '' && password === '' ? {} : { 'proxy-authorization': `Basic ${credential}` },
  };
}

/** Thrown when the proxy refuses CONNECT. */
class TunnelRefusedError extends Error {
  override readonly name = 'TunnelRefusedError';
  readonly code = 'ERR_TUNNEL_REFUSED';
  constructor(status: number) {
    super(`the proxy answered ${status} to CONNECT`);
  }
}

/**
 * A connection to the target through the proxy, by CONNECT. It is given up, and its socket closed, as soon as `over`
 * aborts: the request that waits for it has no socket yet that it could close.
 */
export function openTunnel(
  { secure, at, headers }: Proxy,
  target: { readonly host: string; readonly port: number | string },
  over: AbortSignal | undefined,
): Promise<Socket> {
  // RFC 9112, section 3.2.3.
  const authority = `${isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const options = { ...at, agent: false, method: 'CONNECT', path: authority, setHost: false };
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = (secure ? requestHttps : requestHttp)({
      ...options,
      headers: { host: authority, ...headers },
    });
    const stop = (): void => void asking.destroy();
    const settled = (): void => over?.removeEventListener('abort', stop);
    over?.addEventListener('abort', stop);
    asking.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      settled();
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new TunnelRefusedError(statusCode));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.on('error', (error) => {
      settled();
      reject(error);
    });
    asking.end();
    if (over?.aborted === true) stop();
  });
}
