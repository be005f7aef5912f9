import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { HttpError } from './http-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route needs no token. */
    readonly open?: boolean;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether two secrets are the same, in a time that tells nothing of either. */
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

/** Lets only those in who have the token, if there is one; asked at each request, since a reload may change it. */
export function requireToken(app: FastifyInstance, expected: () => string | null): void {
  app.addHook('onRequest', (request, reply, done) => {
    const token = expected();
    const given = tokenOf(request.headers.authorization);
    const open = token === null || request.routeOptions.config.open === true;
    if (open || (given !== null && sameSecret(given, token))) {
      done();
      return;
    }
    void reply.header('www-authenticate', 'Basic realm="modelpulse", charset="UTF-8"');
    done(new HttpError(401, 'unauthorized', 'needs the bearer token, as Bearer or as the password of Basic'));
  });
}

/** Refuses what a page of another origin makes a browser send, which would carry the browser's Basic credentials. */
export function refuseOtherOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const site = request.headers['sec-fetch-site'] ?? 'none';
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const own = site === 'same-origin' || site === 'none';
    done(
      reads || own ? undefined : new HttpError(403, 'other_origin', 'only pages of this server may ask this'),
    );
  });
}
