import type { FastifyRequest } from 'fastify';
import type { MaintenanceRule } from '../config/settings.js';
import type { StatusPage } from '../config/page-settings.js';

/** The public pages in force and what they tell beside the models. */
export interface PublicPages {
  readonly pages: readonly StatusPage[];
  readonly maintenance: readonly MaintenanceRule[];
  /** Address of this server from outside, without a trailing slash. */
  readonly baseUrl: string;
}

export const noPublicPages: PublicPages = { pages: [], maintenance: [], baseUrl: '' };

export interface PagePlace {
  readonly page: StatusPage;
  /** The rest of the path: empty for the page itself, else from `/` on. */
  readonly rest: string;
}

/** Before the path where a request names its target whole, as clients of a proxy do; routes are found without it. */
const origin = /^https?:\/\/[^/?#]+/i;

/** The page that the target of a request belongs to; null for none. */
export function pageAt(pages: readonly StatusPage[], target: string): PagePlace | null {
  const [path = ''] = target.replace(origin, '').split('?', 1);
  const page = pages.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  return page === undefined ? null : { page, rest: path.slice(page.path.length) };
}

/**
 * True for a request of no route for a page which asks for no token: everybody's, or one with a password of its own. Methods that do not read
 * are refused there with 405.
 */
export function opensPage(request: FastifyRequest, { pages }: PublicPages): boolean {
  if (!request.is404) return false;
  const access = pageAt(pages, request.url)?.page.access;
  return access === 'public' || access === 'password';
}
