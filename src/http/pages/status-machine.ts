import { setImmediate } from 'node:timers/promises';
import { feedTypes, type FeedFormat } from '../../page/feeds/feed-format.js';
import { compatAnswer, compatQuery, isOfCompat } from '../../page/compat/compat-answer.js';
import { statuspageAnswer } from '../../page/statuspage/statuspage-answer.js';
import type { StatusPageView } from '../../page/status-view.js';

/** Who may read a page: everybody, who shows a token, or who knows its password. */
export type PageAccess = 'public' | 'token' | 'password';

export interface MachineAnswer {
  readonly status: 200 | 404;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** True for a path below a status page that `answerMachine` may know. */
export function isOfMachine(path: string): boolean {
  const rest = path.replace(/^\//, '');
  return rest.startsWith('api/v2/') || isOfCompat(rest) || feedOf(rest) !== null;
}

/** The path with what of the query its answer depends on: the name of the answer where answers are kept. */
export function machineName(path: string, query: URLSearchParams): string {
  return path + compatQuery(path.replace(/^\//, ''), query);
}

/**
 * Answers what lies below the path of a status page and is meant for machines, such as `api/v2/summary.json`, `feed.atom` or
 * `components/ID.rss`: the path as it came, still encoded, with or without a leading slash. Null for all other paths.
 *
 * `path` has the query that `machineName` leaves; the answer depends on nothing else of the request: conditional requests and packing are
 * for who sends it.
 */
export async function answerMachine(
  view: StatusPageView,
  path: string,
  access: PageAccess,
): Promise<MachineAnswer | null> {
  const rest = path.replace(/^\//, '');
  // Pages of other origins may read what everybody may; `*` never goes with cookies or keys.
  const headers = access === 'public' ? { 'access-control-allow-origin': '*' } : {};
  const api = /^api\/v2\/(.*)$/.exec(rest)?.[1];
  if (api !== undefined) {
    const answer = statuspageAnswer(view, api);
    // Of a page with thousands of models it takes some ms to make it, to write it, and to hash it: a turn of the loop for each.
    await setImmediate();
    return answer === null
      ? missing(headers)
      : { status: 200, type: typeOf('application/json'), headers, body: JSON.stringify(answer) };
  }
  if (isOfCompat(rest)) {
    const { status, type, body } = compatAnswer(view, rest);
    await setImmediate();
    return { status, type: typeOf(type), headers, body };
  }
  const feed = feedOf(rest);
  if (feed === null) return null;
  // The library that writes feeds is loaded with the first of them.
  const { feedText } = await import('../../page/feeds/feed-text.js');
  const body = feedText(view, feed.format, feed.componentId);
  return body === null
    ? missing(headers)
    : { status: 200, type: typeOf(feedTypes[feed.format]), headers, body };
}

const typeOf = (type: string): string => `${type}; charset=utf-8`;

function missing(headers: Readonly<Record<string, string>>): MachineAnswer {
  const error = { message: 'there is nothing at this address of the page', code: 'not_found' };
  return { status: 404, type: typeOf('application/json'), headers, body: JSON.stringify(error) };
}

/** `feed` of the page and, as Statuspage calls it, `history`; or a component by its id. */
const feedPattern = /^(?:feed|history|components\/([^/]+))\.(atom|rss|json)$/;

function feedOf(rest: string): { readonly format: FeedFormat; readonly componentId: string | null } | null {
  const [, component, ending] = feedPattern.exec(rest) ?? [];
  if (ending !== 'atom' && ending !== 'rss' && ending !== 'json') return null;
  if (component === undefined) return { format: ending, componentId: null };
  try {
    return { format: ending, componentId: decodeURIComponent(component) };
  } catch {
    return null;
  }
}
