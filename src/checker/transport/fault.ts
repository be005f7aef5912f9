import type { Reason } from '../../domain/reason.js';
import type { Stage } from './trace.js';
import { isObject, isList } from '../../domain/json.js';
import { messageOf } from '../../domain/thrown.js';

/** Why there is no complete reply; `detail` is not yet redacted. */
export interface Fault {
  readonly reason: Reason;
  readonly detail: string;
}

/** Error codes of Node, OpenSSL, zlib and llhttp; the first match decides. */
const byCode: readonly (readonly [RegExp, Reason])[] = [
  [/^(EMFILE|ENFILE|ENOBUFS|ENOMEM|ERR_LOOKUPS_BUSY)$/, 'internal_error'],
  [
    /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|ENONAME|EBADNAME|ECANCELLED|ERR_INVALID_IP_ADDRESS)$/,
    'dns_error',
  ],
  [
    /^(CERT_|CRL_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH)/,
    'tls_error',
  ],
  // Node has no name for some refusals of a certificate: name constraints, weak digests, unknown critical extensions.
  [
    /^(EPROTO|UNSPECIFIED|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERROR_IN_CERT_\w+)$/,
    'tls_error',
  ],
  [/^(HPE_INVALID_EOF_STATE|ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, 'connection_lost'],
  [/^(HPE_|Z_|ERR__|ERR_BROTLI|ERR_ZSTD|ERR_HTTP_CONTENT_LENGTH)/, 'malformed_response'],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/,
    'connect_error',
  ],
];

interface Thrown {
  readonly code?: unknown;
  readonly message?: unknown;
  /** OpenSSL's own words. */
  readonly reason?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** OpenSSL's messages for a first record that is not TLS, such as a reply in plain HTTP. */
const notTls =
  /wrong version number|packet length too long|unknown protocol|http request|bad record type|record layer failure/i;
/** OpenSSL's messages for alerts and settings that end a handshake. */
const handshakes: readonly (readonly [RegExp, string])[] = [
  [notTls, 'the server does not speak TLS on this port'],
  [
    /alert protocol version|unsupported protocol|version too low/i,
    'the server speaks no version of TLS that this monitor accepts',
  ],
  [/no shared cipher/i, 'the server refused the TLS handshake: no cipher or parameter suits both'],
  [
    // Up to TLS 1.2, a server that misses a client certificate says no more.
    /alert handshake failure/i,
    'the server refused the TLS handshake: no cipher or parameter suits both, or it requires a client certificate',
  ],
  [
    /alert (?:certificate (?:required|revoked|expired|unknown)|(?:bad|unsupported) certificate|unknown ca|access denied)/i,
    'the server refused the client certificate',
  ],
  [
    /unrecognized name|alert internal error/i,
    'the server refused the TLS handshake, perhaps for the host name',
  ],
];

/** Message of an error that got wraps; happy eyeballs collects one error per address under an empty message. */
function wordsOf(error: Thrown): string {
  const cause: Thrown = isObject(error.cause) ? error.cause : error;
  if (typeof cause.reason === 'string' && cause.reason !== '') return cause.reason;
  const several = isList(cause.errors) ? cause.errors.map(messageOf) : [];
  if (several.length > 0) return several.join('; ');
  return typeof error.message === 'string' ? error.message : '';
}

/** Converts an error of a request. */
export function faultOf(error: Thrown, stage: Stage): Fault {
  const code = typeof error.code === 'string' ? error.code : '';
  const words = wordsOf(error);
  if (code === 'ERR_BLOCKED_ADDRESS') return { reason: 'blocked_address', detail: words };
  const detail = words.includes(code) ? words : `${code}: ${words}`;
  if (code === 'ERR_TUNNEL_REFUSED') return { reason: 'connect_error', detail: words };
  const handshake = /^(?:EPROTO|ERR_SSL_)/.test(code)
    ? handshakes.find(([pattern]) => pattern.test(words))
    : undefined;
  if (handshake !== undefined) return { reason: 'tls_error', detail: handshake[1] };
  const known = byCode.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return { reason: known[1], detail };
  // What the kernel says of a route that drops, of a family that it does not have, and of rarer messages of routers.
  if (stage === 'connect' && /^(EINVAL|EAFNOSUPPORT|ENOPROTOOPT|ENONET|ENETRESET)$/.test(code))
    return { reason: 'connect_error', detail };
  // The kernel's own timeout means another thing on a connection that stands.
  if (code === 'ETIMEDOUT')
    return { reason: stage === 'exchange' ? 'connection_lost' : 'connect_error', detail };
  return { reason: 'internal_error', detail };
}
