import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { rightOfToken, type Access } from '../auth.js';
import { HttpError } from '../http-error.js';
import type { LoginThrottle } from '../login-throttle.js';
import { ownPath } from '../own-path.js';
import type { PageKit } from '../pages/page-kit.js';
import { sessionCookie, type Sessions } from '../sessions.js';

export interface LoginRouteOptions {
  readonly kit: () => Promise<PageKit>;
  readonly access: () => Access;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
}

/** A token of 4 KiB, each byte of which may take three. */
const longestForm = 16 * 1_024;

const nextOf = ({ url }: FastifyRequest): string =>
  ownPath(new URL(url, 'http://page').searchParams.get('next'));

/** Logs a browser in and out; the cookie of a login holds no token. */
export const loginRoutes: FastifyPluginCallback<LoginRouteOptions> = (app, options, done) => {
  const { kit, access, sessions, throttle } = options;
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: longestForm },
    (_request, body, parsed) => parsed(null, new URLSearchParams(String(body))),
  );

  app.get('/login', { schema: { hide: true }, config: { open: true } }, async (request, reply) => {
    const next = nextOf(request);
    if (request.reader?.right === 'all') return reply.redirect(next, 303);
    const { sendLogin } = await import('../pages/problem-page.js');
    return sendLogin(await kit(), request, reply, { next });
  });

  app.post('/login', { schema: { hide: true }, config: { open: true } }, async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const waitMs = throttle.waitMs(request.ip);
    if (waitMs > 0) {
      void reply.header('retry-after', Math.ceil(waitMs / 1_000));
      throw new HttpError(429, 'too_many_logins', 'too many wrong tokens; wait a minute');
    }
    const token = (form.get('token') ?? '').trim();
    const next = ownPath(form.get('next'));
    const right = rightOfToken(token, access());
    if (right === 'none') {
      throttle.failed(request.ip);
      void reply.header('www-authenticate', 'Bearer realm="modelpulse"');
      const { sendLogin } = await import('../pages/problem-page.js');
      return sendLogin(await kit(), request, reply, { next, wrong: true });
    }
    sessions.end(request);
    // Without a token there is nothing to log in to.
    if (access().token !== null)
      void reply.header('set-cookie', sessionCookie(request, sessions.open(token)));
    return reply.redirect(next, 303);
  });

  app.post('/logout', { schema: { hide: true }, config: { open: true } }, (request, reply) => {
    sessions.end(request);
    return reply.header('set-cookie', sessionCookie(request, null)).redirect('/', 303);
  });
  done();
};
