import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { cookiesOf } from './cookies.js';

/** ms for which a login lasts. A page that is left open asks by itself, so being asked does not prolong it. */
export const sessionMs = 12 * 3_600_000;
/** Sessions of one token; a further one ends the oldest of the same token. */
const mostOfToken = 200;

/** A session as it is kept: what could be stolen from memory, the id and the token, is kept as a digest only. */
interface Session {
  readonly token: string;
  /** Unix ms */
  readonly endsAt: number;
}

/** Logins of browsers, in memory only: a restart ends them, and so does the end of their token. */
export interface Sessions {
  /** Opens a session for a token that was found right; returns the id for the cookie. */
  open(token: string): string;
  /** The session of a request, with the digest of the token that opened it: whether that still opens anything is the caller's to see. */
  of(request: FastifyRequest): { readonly tokenDigest: string } | null;
  /** Ends the session of a request, if it has one. */
  end(request: FastifyRequest): void;
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * Browsers keep cookies by host name alone, so the port makes the name: several instances on one host do not log each other's
 * readers out.
 */
function cookieName({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const port = /:(\d{1,5})$/.exec(headers.host ?? '')?.[1] ?? '';
  return `modelpulse_session${port}`;
}

/** The header that gives the browser the id, or with null takes it back. No script can read it, no other site sends it. */
export function sessionCookie(request: FastifyRequest, id: string | null): string {
  const parts = [
    `${cookieName(request)}=${id ?? ''}`,
    'Path=/',
    `Max-Age=${id === null ? 0 : sessionMs / 1_000}`,
    'HttpOnly',
    'SameSite=Strict',
  ];
  // The browser itself says that it sees https; a header of a proxy could be anybody's.
  if (request.headers.origin?.startsWith('https://') === true) parts.push('Secure');
  return parts.join('; ');
}

export function createSessions(now: () => number): Sessions {
  /** By the digest of the id, the oldest first. */
  const kept = new Map<string, Session>();

  const placeOf = (request: FastifyRequest): string | null => {
    const id = cookiesOf(request).get(cookieName(request));
    return id === undefined ? null : digestOf(id);
  };

  /** Makes room: what has ended goes, then the oldest of this token. */
  const makeRoom = (token: string): void => {
    const same: string[] = [];
    for (const [place, session] of kept) {
      if (session.endsAt <= now()) kept.delete(place);
      else if (session.token === token) same.push(place);
    }
    for (const place of same.slice(0, Math.max(0, same.length - mostOfToken + 1))) kept.delete(place);
  };

  return {
    open(token) {
      const owner = digestOf(token);
      makeRoom(owner);
      const id = randomBytes(32).toString('base64url');
      kept.set(digestOf(id), { token: owner, endsAt: now() + sessionMs });
      return id;
    },
    of(request) {
      const place = placeOf(request);
      const session = place === null ? undefined : kept.get(place);
      if (place === null || session === undefined) return null;
      if (session.endsAt <= now()) {
        kept.delete(place);
        return null;
      }
      return { tokenDigest: session.token };
    },
    end(request) {
      const place = placeOf(request);
      if (place !== null) kept.delete(place);
    },
  };
}
