import type { StatusPageView } from '../status-view.js';
import { gatusStatus, gatusStatuses, readGatusPaging } from './gatus-answer.js';
import { kumaHeartbeats, kumaMetrics, kumaStatusPage, slugOf } from './kuma-answer.js';

export interface CompatAnswer {
  readonly status: 200 | 404;
  readonly type: 'application/json' | 'text/plain';
  readonly body: string;
}

const gatusPrefix = 'api/v1/endpoints/';
const kumaPattern = /^api\/status-page\/(heartbeat\/)?([^/]{1,100})$/;

/** True for a path that Uptime Kuma or Gatus has. */
export function isOfCompat(rest: string): boolean {
  return rest === 'metrics' || rest.startsWith('api/status-page/') || rest.startsWith(gatusPrefix);
}

/** The part of the query that an answer depends on, as short as it gets: empty where it does not, or is the default. */
export function compatQuery(rest: string, query: URLSearchParams): string {
  if (!rest.startsWith(gatusPrefix)) return '';
  const { page, pageSize } = readGatusPaging(query);
  const usual = readGatusPaging(new URLSearchParams());
  return page === usual.page && pageSize === usual.pageSize ? '' : `?page=${page}&pageSize=${pageSize}`;
}

const json = (status: 200 | 404, content: unknown): CompatAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(content),
});

/** Answers as Uptime Kuma and Gatus do; `rest` is below the path of the page, still encoded, with its `compatQuery`. */
export function compatAnswer(view: StatusPageView, rest: string): CompatAnswer {
  const [path = '', query = ''] = rest.split('?', 2);
  if (path === 'metrics') return { status: 200, type: 'text/plain', body: kumaMetrics(view) };
  return path.startsWith(gatusPrefix) ? gatusAnswer(view, path, query) : kumaAnswer(view, path);
}

function kumaAnswer(view: StatusPageView, path: string): CompatAnswer {
  const [, heartbeat, slug = ''] = kumaPattern.exec(path) ?? [];
  const known = ['default', slugOf(view)].includes(slug.toLowerCase());
  if (!known) return json(404, { status: 'fail', msg: 'Status Page Not Found' });
  return json(200, heartbeat === undefined ? kumaStatusPage(view) : kumaHeartbeats(view));
}

function gatusAnswer(view: StatusPageView, path: string, query: string): CompatAnswer {
  const paging = readGatusPaging(new URLSearchParams(query));
  if (path === `${gatusPrefix}statuses`) return json(200, gatusStatuses(view, paging));
  const [, key = ''] = /^([^/]{1,2000})\/statuses$/.exec(path.slice(gatusPrefix.length)) ?? [];
  const status = gatusStatus(view, decoded(key), paging);
  return status === null
    ? { status: 404, type: 'text/plain', body: 'endpoint not found' }
    : json(200, status);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
