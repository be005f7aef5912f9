import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './http-error.js';
import { prefersPage } from './page-request.js';
import { digestOf, type Sessions } from './sessions.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the credentials of the request allow; null before they are looked at. */
    reader: RequestReader | null;
  }
  interface FastifyContextConfig {
    /** The route needs no token. */
    readonly open?: boolean;
    /** The route causes costs, although its method is safe. */
    readonly spends?: boolean;
    /** The route only reads, although its method is not safe: a read token opens it. */
    readonly reads?: boolean;
    /** The route serves a badge, which may be public. */
    readonly badge?: boolean;
    /** The route answers routers, which may be public. */
    readonly up?: boolean;
    /** The route serves a page, or takes its forms. */
    readonly page?: boolean;
  }
}

export interface Reader {
  /** `reads`: GET and HEAD of what costs nothing. */
  readonly right: 'none' | 'reads' | 'all';
  /** The credentials are the cookie of a login, which a browser sends by itself. */
  readonly loggedIn: boolean;
}

/** The reader of a request, and whether its credentials still open anything: a login ends, and a reload changes tokens. */
export interface RequestReader extends Reader {
  readonly remains: () => boolean;
}

const nobody: Reader = { right: 'none', loggedIn: false };

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares two secrets in constant time. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** The token of an `Authorization` header: that of Bearer, or the password of Basic; null when there is none. */
export function tokenOf(header: string | undefined): string | null {
  const [, scheme = '', rest = ''] = /^(\S+) +(\S.*)$/.exec(header ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return rest;
    case 'basic': {
      const pair = Buffer.from(rest, 'base64').toString('utf8');
      return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
    }
    default:
      return null;
  }
}

/** The rules for access, read at each request, since a reload may change them. */
export interface Access {
  /** Opens every route; null when no token is needed. */
  readonly token: string | null;
  /** Open the routes that only read. */
  readonly readTokens: readonly string[];
  /** Badges need no token. */
  readonly publicBadges: boolean;
  /** The answers for routers need no token; false unless set. */
  readonly publicUp?: boolean;
}

/** True for a request of no route that needs no token nevertheless. */
export type Opens = (request: FastifyRequest) => boolean;

/** True when the route answers without a token. */
function isOpen(request: FastifyRequest, { publicBadges, publicUp = false }: Access, opens: Opens): boolean {
  const { config } = request.routeOptions;
  return (
    config.open === true ||
    (config.badge === true && publicBadges) ||
    (config.up === true && publicUp) ||
    opens(request)
  );
}

/** True for a request that neither changes anything nor causes costs. */
function isRead({ method, routeOptions }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && routeOptions.config.spends !== true;
}

/** The right that a text gives which `of` makes of each token: the token itself, or its digest. */
function rightOf(
  given: string,
  { token, readTokens }: Access,
  of: (token: string) => string,
): Reader['right'] {
  if (token === null) return 'all';
  const full = sameSecret(given, of(token));
  // Every token is compared, so that the time does not depend on which one matches.
  const reads = readTokens.map((known) => sameSecret(given, of(known))).includes(true);
  return full ? 'all' : reads ? 'reads' : 'none';
}

/** The right of a token that a reader gives. */
export function rightOfToken(given: string, access: Access): Reader['right'] {
  return rightOf(given, access, (token) => token);
}

/** Credentials in the header, else the session of the cookie: as long as its token opens something. */
function readerOf(request: FastifyRequest, access: Access, sessions: Sessions): Reader {
  if (access.token === null) return { right: 'all', loggedIn: false };
  const right = rightOfToken(tokenOf(request.headers.authorization) ?? '', access);
  if (right !== 'none') return { right, loggedIn: false };
  const session = sessions.of(request);
  const rightOfLogin = session === null ? 'none' : rightOf(session.tokenDigest, access, digestOf);
  return rightOfLogin === 'none' ? nobody : { right: rightOfLogin, loggedIn: true };
}

/** The error for a request that its reader may not send; null when he may. */
function refusalFor(request: FastifyRequest, { right, loggedIn }: Reader): HttpError | null {
  if (right === 'none')
    return new HttpError(
      401,
      'unauthorized',
      'needs the bearer token, as Bearer or as the password of Basic',
    );
  if (isRead(request)) return null;
  if (right === 'reads' && request.routeOptions.config.reads !== true)
    return new HttpError(
      403,
      'read_only',
      'a read token opens only routes that read; use server.bearer_token',
    );
  // Forms of pages only: the cookie is sent without anybody asking for it.
  return loggedIn && request.routeOptions.config.page !== true
    ? new HttpError(
        403,
        'needs_token',
        'a login changes something only with forms of the pages; send the token',
      )
    : null;
}

/**
 * Asks for credentials. A browser answers Basic with a prompt, which would cover the form that a page shows, and the page whose
 * script asked; no browser knows how to ask for Bearer.
 */
function challengeFor(request: FastifyRequest): string {
  const { headers } = request;
  const byScript =
    headers['sec-fetch-dest'] === 'empty' || headers.accept?.includes('text/event-stream') === true;
  return byScript || prefersPage(request)
    ? 'Bearer realm="modelpulse"'
    : 'Basic realm="modelpulse", charset="UTF-8"';
}

/**
 * Refuses requests without the token, if one is configured; a read token opens only the routes that read, and a login changes
 * something only with forms of the pages.
 */
export function requireToken(
  app: FastifyInstance,
  current: () => Access,
  sessions: Sessions,
  opens: Opens = () => false,
): void {
  app.decorateRequest('reader', null);
  app.addHook('onRequest', (request, reply, done) => {
    const access = current();
    const open = isOpen(request, access, opens);
    // Probes of orchestrators and the like come often.
    const matters = !open || request.routeOptions.config.page === true;
    const reader = matters ? readerOf(request, access, sessions) : nobody;
    request.reader = { ...reader, remains: () => readerOf(request, current(), sessions).right !== 'none' };
    const refusal = open ? null : refusalFor(request, reader);
    if (refusal?.statusCode === 401) void reply.header('www-authenticate', challengeFor(request));
    done(refusal ?? undefined);
  });
}

/**
 * Refuses a request with several `Host` headers, on every route, as RFC 9112 requires: Node takes the first, a proxy in
 * front may have used another.
 */
export function refuseSeveralHosts(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const several = (raw.headersDistinct.host?.length ?? 0) > 1;
    done(several ? new HttpError(400, 'bad_request', 'a request has one Host header') : undefined);
  });
}

/** Host names that clients may use for this server. */
export interface Hosts {
  /** In lower case, without a port. */
  readonly allowed: readonly string[];
  /** The server listens on a loopback address. */
  readonly local: boolean;
}

/** The name in `host:port`, in lower case and without brackets; null when it is none. */
function nameOf(host: string): string | null {
  const address = `http://${host}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : null;
}

/** True for a name whose DNS records no third party controls. */
function isOwnName(name: string, { allowed, local }: Hosts): boolean {
  if (allowed.includes(name) || name === 'localhost' || isLoopbackAddress(name)) return true;
  return !local && (isIP(name) !== 0 || !name.includes('.'));
}

function isLoopbackAddress(name: string): boolean {
  return name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * Without a token, refuses requests by a host name that a third party may control: browsers separate pages by host
 * name, and such a name can be pointed at this server (DNS rebinding).
 */
export function refuseOtherHosts(
  app: FastifyInstance,
  current: () => Access,
  hosts: () => Hosts,
  opens: Opens = () => false,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request;
    const name = nameOf(headers.host ?? 'localhost');
    const access = current();
    const open = access.token !== null || isOpen(request, access, opens);
    if (open || (name !== null && isOwnName(name, hosts()))) {
      done();
      return;
    }
    done(
      new HttpError(
        403,
        'other_host',
        'without a token this server is not asked by this name; server.allowed_hosts can allow it',
      ),
    );
  });
}

/** True when the page at `address` may send requests that change something. */
function isOwnPage(address: string, host: string, { allowed }: Hosts): boolean {
  if (!URL.canParse(address)) return false;
  const page = new URL(address);
  return page.host === host.toLowerCase() || allowed.includes(page.hostname);
}

/**
 * Refuses requests of pages of other origins that change something or cause costs, since the browser would add its
 * Basic credentials or the cookie of a login. Browsers send Sec-Fetch-Site only to https and loopback, and Origin only with some requests.
 */
export function refuseOtherOrigins(app: FastifyInstance, hosts: () => Hosts): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, routeOptions } = request;
    const site = headers['sec-fetch-site'] ?? 'none';
    const pages = [headers.origin, routeOptions.config.spends === true ? headers.referer : undefined];
    // Of a login only a page is the sender, and browsers say of which origin.
    const told = site === 'same-origin' || headers.origin !== undefined;
    const own =
      (site === 'same-origin' || site === 'none') &&
      pages.every((page) => page === undefined || isOwnPage(page, headers.host ?? '', hosts())) &&
      (told || request.reader?.loggedIn !== true);
    done(
      isRead(request) || own
        ? undefined
        : new HttpError(403, 'other_origin', 'only pages of this server may ask this'),
    );
  });
}
