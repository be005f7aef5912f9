import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, isIPv6, type LookupFunction, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { describeRefusal, type Head } from './proxy-fault.js';

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

const portOf = ({ protocol, port }: URL): number => Number(port) || (protocol === 'https:' ? 443 : 80);

/** Host and port of a proxy's address. */
export function nameOfProxy(address: string): string {
  const url = new URL(address);
  return `${url.hostname}:${portOf(url)}`;
}

export function proxyAt(address: string, lookup: LookupFunction, secureContext: SecureContext | null): Proxy {
  const url = new URL(address);
  const { protocol, hostname, username, password } = url;
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const credential = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return {
    name: nameOfProxy(address),
    secure,
    at: {
      host,
      port: portOf(url),
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
  constructor(proxy: string, head: Head) {
    super(describeRefusal(proxy, head, ' to CONNECT'));
  }
}

/** The opening of a tunnel, shared with the request that waits for it: that one has no socket yet which it could watch or close. */
export interface Opening {
  /** Aborts when the tunnel is no longer needed. */
  readonly signal: AbortSignal;
  /** Set when CONNECT is sent. */
  asked: boolean;
}

/** `host:port` as in a URL. RFC 9112, section 3.2.3. */
export const authorityOf = ({ host, port }: { readonly host: string; readonly port: number | string }) =>
  `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** A connection to the target through the proxy, by CONNECT. It is given up, and its socket closed, as soon as the opening aborts. */
export function openTunnel(
  { name, secure, at, headers }: Proxy,
  target: { readonly host: string; readonly port: number | string },
  opening: Opening | undefined,
): Promise<Socket> {
  const over = opening?.signal;
  const authority = authorityOf(target);
  const options = { ...at, agent: false, method: 'CONNECT', path: authority, setHost: false };
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = (secure ? requestHttps : requestHttp)({
      ...options,
      headers: { host: authority, ...headers },
    });
    const stop = (): void => void asking.destroy();
    const settled = (): void => over?.removeEventListener('abort', stop);
    over?.addEventListener('abort', stop);
    asking.once('finish', () => {
      if (opening !== undefined) opening.asked = true;
    });
    asking.once('connect', (reply: IncomingMessage, socket: Socket, head: Buffer) => {
      settled();
      const { statusCode = 0 } = reply;
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new TunnelRefusedError(name, reply));
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
