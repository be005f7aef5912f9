import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import type { Reason } from '../../domain/reason.js';
import { describeExpiry, timeText, type Expiry } from './deadline.js';
import type { Fault } from './fault.js';
import type { Stage } from './trace.js';

/** Status line and headers of a reply. */
export interface Head {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Most characters of a proxy's own words. */
const longestWords = 60;

/** The proxy's own words for its refusal: Squid's name of the error, or a phrase that is not the usual one of the status. */
function wordsIn({ statusCode = 0, statusMessage = '', headers }: Head): string {
  const squid = /^[\w.-]{1,60}(?: -?\d{1,6})?(?![\w.-])/.exec(String(headers['x-squid-error'] ?? ''))?.[0];
  const phrase = statusMessage.trim();
  const words = squid ?? (phrase === STATUS_CODES[statusCode] ? '' : phrase.slice(0, longestWords));
  return words === '' ? '' : `: ${words}`;
}

/** What the proxy answered itself to a request or to CONNECT, as text. */
export function describeRefusal(proxy: string, head: Head, to = ''): string {
  return `the proxy ${proxy} answered ${head.statusCode ?? 0}${to}${wordsIn(head)}`;
}

/** Names of Squid's errors after it has reached the target; all others are of a target that is unreachable or not allowed. */
const reachedBySquid: readonly (readonly [RegExp, Reason])[] = [
  [/^ERR_(?:READ_TIMEOUT|LIFETIME_EXP)\b/, 'timeout'],
  [/^ERR_(?:READ_ERROR|WRITE_ERROR|ZERO_SIZE_OBJECT)\b/, 'connection_lost'],
];
/** Names in the header `server` of forward proxies, which pass on that of the target. */
const proxies = /^(?:squid|tinyproxy|privoxy|mitmproxy|zscaler)\b/i;
/** Phrases of tinyproxy and Privoxy for a target that is unreachable. */
const unreached = /^(?:unable to connect|forwarding failure|connect failed)$/i;

/** True for the reply of a proxy that says so, rather than of the target behind it. */
const isOfProxy = ({ statusCode: status = 0, headers }: Head): boolean =>
  status >= 400 && (headers['x-squid-error'] !== undefined || proxies.test(String(headers.server ?? '')));

/**
 * The fault in a proxy's own reply in the place of the target's; null for what may be a reply of the target. One that opens tunnels may
 * answer inside, where it intercepts TLS.
 */
export function refusalOfProxy({ name, forwards }: ProxyOnWay, head: Head): Fault | null {
  const { statusCode: status = 0, statusMessage = '', headers } = head;
  const own =
    isOfProxy(head) ||
    (forwards && (status === 407 || (status >= 500 && unreached.test(statusMessage.trim()))));
  if (!own) return null;
  const squid = String(headers['x-squid-error']);
  const known = reachedBySquid.find(([pattern]) => pattern.test(squid));
  return { reason: known?.[1] ?? 'connect_error', detail: describeRefusal(name, head) };
}

/** True for the reply of a proxy in the network that did not reach the target. `squid` alone may be the target's own. */
function isIntercepted(head: Head): boolean {
  const { headers } = head;
  const mark = headers['x-squid-error'] !== undefined || !/^squid/i.test(String(headers.server ?? ''));
  return mark && refusalOfProxy({ name: '', forwards: false }, head)?.reason === 'connect_error';
}

/** Reads status line and headers: the refusal of the configured proxy, and whether the reply is from a proxy that intercepts. */
export function proxyIn(
  proxy: ProxyOnWay | null,
  head: Head,
): { readonly refusal: Fault | null; readonly intercepted: boolean } {
  if (proxy === null) return { refusal: null, intercepted: isIntercepted(head) };
  const refusal = refusalOfProxy(proxy, head);
  return { refusal, intercepted: !proxy.forwards && refusal?.reason === 'connect_error' };
}

/** A fault of the connection to a proxy, attributed to the proxy. */
export function faultOfProxy({ reason, detail }: Fault, proxy: string): Fault {
  const named = `the proxy ${proxy}`;
  // A refusal of CONNECT names it already.
  if (detail.startsWith(named)) return { reason, detail };
  if (reason === 'malformed_response')
    return { reason: 'connect_error', detail: `${named} does not speak HTTP: ${detail}` };
  if (reason === 'connection_lost')
    return { reason: 'connect_error', detail: `${named} closed the connection: ${detail}` };
  return reason === 'internal_error' ? { reason, detail } : { reason, detail: `${named}: ${detail}` };
}

/** A fault behind a proxy or between it and the target: a connection that is lost may have been cut by either. */
export function faultThrough({ reason, detail }: Fault, proxy: string): Fault {
  return { reason, detail: reason === 'connection_lost' ? `${detail} through the proxy ${proxy}` : detail };
}

/** A proxy on the way, as a check sees it. */
export interface ProxyOnWay {
  /** Host and port. */
  readonly name: string;
  /** Whether it is sent the request itself; another one opens a tunnel to the target. */
  readonly forwards: boolean;
}

/** Whether a request at this stage has to do with the proxy alone. */
export function isAtProxy({ forwards }: ProxyOnWay, stage: Stage): boolean {
  return forwards ? stage !== 'exchange' : stage === 'lookup' || stage === 'connect';
}

/** The fault of a request through a proxy whose time is up at `stage`; `asked` when CONNECT is sent, `begun` when a reply has begun. */
export function lateFault(
  proxy: ProxyOnWay,
  stage: Stage,
  expiry: Expiry,
  { asked, begun }: { readonly asked: boolean; readonly begun: boolean },
): Fault {
  const detail = describeExpiry(expiry);
  const through = ` through the proxy ${proxy.name}`;
  if (isAtProxy(proxy, stage)) {
    const awaited = asked ? `no answer to CONNECT within ${timeText(expiry.ms)}` : detail;
    return { reason: 'connect_error', detail: `the proxy ${proxy.name}: ${awaited}` };
  }
  if (stage === 'tls')
    return { reason: 'timeout', detail: `no TLS handshake within ${timeText(expiry.ms)}${through}` };
  return { reason: 'timeout', detail: begun ? detail : detail + through };
}
