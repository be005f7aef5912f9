import type { FastifyReply, FastifyRequest } from 'fastify';
import { againPage, loginPage } from '../../page/login-page.js';
import { problemPage } from '../../page/problem-page.js';
import { cookiesOf } from '../cookies.js';
import type { Problem } from '../http-error.js';
import { ownPath } from '../own-path.js';
import type { PageKit } from './page-kit.js';
import { choicesOf } from './reader-choices.js';

/** Where to go after the login that a request lacks: to the page itself, or to that with the form. */
function wanted(request: FastifyRequest): string {
  if (request.method === 'GET' || request.method === 'HEAD') return ownPath(request.url);
  const { referer, host } = request.headers;
  if (referer === undefined || !URL.canParse(referer)) return '/';
  const page = new URL(referer);
  return page.host === host?.toLowerCase() ? ownPath(page.pathname + page.search) : '/';
}

/** A cookie that lives for a moment and that links of other sites bring along: the page was loaded again already. */
const triedCookie = 'modelpulse_tried';

/** True for a link of another site, with which the browser does not send the cookie of a login. */
function lacksCookie(request: FastifyRequest): boolean {
  return (
    request.headers['sec-fetch-site'] === 'cross-site' &&
    request.method === 'GET' &&
    !cookiesOf(request).has(triedCookie)
  );
}

/** Sends the form of the login, with 401 where it stands in the place of a page. */
export async function sendLogin(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  { next, wrong = false, status = wrong ? 401 : 200 }: { next: string; wrong?: boolean; status?: number },
): Promise<FastifyReply> {
  const document = loginPage({ assets: kit.assets.urls, theme: choicesOf(request).theme, next, wrong });
  return kit.send(request, reply, document, status);
}

/** Shows an error as a page; of a missing login, the form. */
export async function showProblem(
  kit: PageKit,
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (problem.status === 401 && lacksCookie(request)) {
    void reply.header('set-cookie', `${triedCookie}=1; Path=/; Max-Age=10; HttpOnly; SameSite=Lax`);
    const again = againPage({ assets: kit.assets.urls, theme: choicesOf(request).theme });
    return kit.send(request, reply, again, 401);
  }
  const { config, url } = request.routeOptions;
  // The page of the API has a policy of its own, which forbids forms.
  if (problem.status === 401 && url !== undefined && config.page !== true)
    return reply.redirect(`/login?next=${encodeURIComponent(wanted(request))}`, 303);
  if (problem.status === 401) return sendLogin(kit, request, reply, { next: wanted(request), status: 401 });
  // Who may not read sees nothing of what is read, such as the number of incidents. A request by a foreign host name is one.
  const knows = (request.reader?.right ?? 'none') !== 'none';
  const document = problemPage({
    frame: knows ? kit.frameFor(request) : null,
    assets: kit.assets.urls,
    theme: choicesOf(request).theme,
    problem,
    loggedIn: request.reader?.loggedIn === true,
  });
  return kit.send(request, reply, document, problem.status);
}
