import { portableLine } from '../portable-text.js';
import type { StatusComponent, StatusIncident, StatusPageView } from '../status-view.js';
import { beatsOf, createNames } from './course.js';

/** Results of one page: every hour of a day, and the present. More are not known. */
export const mostResults = 25;

export interface GatusPaging {
  /** From 1, the newest. */
  readonly page: number;
  readonly pageSize: number;
}

/** As Gatus reads them (api/util.go): what is no number, or too small, is the default. */
export function readGatusPaging(query: URLSearchParams): GatusPaging {
  const number = (name: string, usual: number): number => {
    const text = query.get(name) ?? '';
    const value = /^\d{1,9}$/.test(text) ? Number(text) : usual;
    return value < 1 ? usual : value;
  };
  // Beyond these all pages are alike.
  return {
    page: Math.min(number('page', 1), mostResults + 1),
    pageSize: Math.min(number('pageSize', 50), mostResults),
  };
}

interface GatusEndpoint {
  readonly key: string;
  readonly name: string;
  readonly group: string;
  readonly component: StatusComponent;
}

/** A part of a key (config/key/key.go). */
const keyPart = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[/_., #+&]/g, '-');

function endpointsOf({ components }: StatusPageView): GatusEndpoint[] {
  const own = createNames();
  return components.map((component) => {
    const name = portableLine(component.name, component.id);
    const group = component.group === '' ? '' : portableLine(component.group, '');
    return { key: own(`${keyPart(group)}_${keyPart(name)}`), name, group, component };
  });
}

/**
 * A result is a success or none. Hours in which the state was not known are left out, and a component of which it is not known
 * now has no results at all: readers take the newest result for the present, and a failure that nobody saw is not claimed.
 */
function resultsOf(component: StatusComponent, now: number, { page, pageSize }: GatusPaging): object[] {
  if (component.state === 'unknown' || component.state === 'maintenance') return [];
  const results = beatsOf(component, now).flatMap(({ at, state }) => {
    if (state === 'unknown' || state === 'maintenance') return [];
    const success = state !== 'unhealthy';
    return {
      // Nanoseconds
      duration: at === now ? Math.round((component.p95 ?? 0) * 1e6) : 0,
      ...(!success && { errors: ['unhealthy'] }),
      conditionResults: [{ condition: '[STATE] == healthy', success }],
      success,
      timestamp: new Date(at).toISOString(),
    };
  });
  const end = results.length - (page - 1) * pageSize;
  return end <= 0 ? [] : results.slice(Math.max(0, end - pageSize), end);
}

function statusOf(
  { key, name, group, component }: GatusEndpoint,
  now: number,
  paging: GatusPaging,
): Record<string, unknown> {
  return { name, ...(group !== '' && { group }), key, results: resultsOf(component, now, paging) };
}

/** `GET /api/v1/endpoints/statuses` of Gatus 5 (api/endpoint_status.go). */
export function gatusStatuses(view: StatusPageView, paging: GatusPaging): object[] {
  return endpointsOf(view).map((endpoint) => statusOf(endpoint, view.now, paging));
}

const mostEvents = 50;

function eventsOf({ firstSeen }: StatusComponent, incidents: readonly StatusIncident[]): object[] {
  const event = (type: 'START' | 'HEALTHY' | 'UNHEALTHY', at: number) => ({ type, at });
  const events = [
    event('START', firstSeen),
    ...incidents.flatMap(({ openedAt, closedAt }) => [
      event('UNHEALTHY', openedAt),
      ...(closedAt === null ? [] : [event('HEALTHY', closedAt)]),
    ]),
  ];
  return events
    .sort((a, b) => a.at - b.at)
    .slice(-mostEvents)
    .map(({ type, at }) => ({ type, timestamp: new Date(at).toISOString() }));
}

/** `GET /api/v1/endpoints/{key}/statuses` of Gatus, which has events; null for a key that is none. */
export function gatusStatus(view: StatusPageView, key: string, paging: GatusPaging): object | null {
  const endpoint = endpointsOf(view).find((one) => one.key === key);
  if (endpoint === undefined) return null;
  const incidents = view.incidents.filter(({ component }) => component === endpoint.component.id);
  return { ...statusOf(endpoint, view.now, paging), events: eventsOf(endpoint.component, incidents) };
}
