import { namedWindow } from '../calendar/named-window.js';
import { parseDuration } from '../domain/duration.js';
import { dayMs, minuteMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { latestTime, parseIsoTime } from '../domain/time.js';
import { modelAddress } from './page-address.js';

/** The windows that the page offers, until now. */
export const windowLinks = ['1h', '6h', '24h', '7d', '30d', '90d', '1y'] as const;
export type WindowLink = (typeof windowLinks)[number];

export type ChecksShown = 'all' | 'not-healthy';

/** What the page of a model shows, as its address says it. */
export interface ModelQuery {
  readonly window: Interval;
  /** The name of a window that ends now, such as `24h`; null for another. */
  readonly name: string | null;
  readonly checks: ChecksShown;
  /** Only results before this slot; null for the newest. */
  readonly before: number | null;
}

const usual = '24h';
const shortest = minuteMs;
const longest = 10 * 366 * dayMs;

function timeIn(text: string | null): number | null {
  if (text === null) return null;
  // A plus sign that is not encoded arrives as a space.
  const ms = /^\d{1,11}$/.test(text)
    ? Number(text) * 1_000
    : parseIsoTime(text.replace(/ (\d\d:?\d\d)$/, '+$1'), (local) => local);
  return ms !== null && ms >= 0 && ms <= latestTime ? ms : null;
}

/** Ends now or before, and is neither too short to see nor too long to read. */
function fitting({ from, to }: Interval, now: number): Interval {
  const end = Math.max(shortest, Math.min(to, now));
  return { from: Math.max(0, end - longest, Math.min(from, end - shortest)), to: end };
}

function windowIn(
  parameters: URLSearchParams,
  now: number,
): { readonly window: Interval; readonly name: string | null } {
  const name = parameters.get('window');
  const ms = parseDuration(name ?? '') ?? 0;
  if (name !== null && ms > 0) return { window: fitting({ from: now - ms, to: now }, now), name };
  const calendar = name === null ? null : namedWindow(name, 'UTC');
  if (calendar !== null && calendar.from < now) return { window: fitting(calendar, now), name: null };
  const [from, to] = [timeIn(parameters.get('from')), timeIn(parameters.get('to'))];
  if (name === null && (from !== null || to !== null)) {
    const end = Math.min(to ?? now, now);
    return { window: fitting({ from: from ?? end - dayMs, to: end }, now), name: null };
  }
  return { window: { from: now - dayMs, to: now }, name: usual };
}

/** Reads the address. What it says wrongly counts as not said. */
export function readModelQuery(parameters: URLSearchParams, now: number): ModelQuery {
  const before = parameters.get('before') ?? '';
  return {
    ...windowIn(parameters, now),
    checks: parameters.get('checks') === 'not-healthy' ? 'not-healthy' : 'all',
    before: /^\d{1,15}$/.test(before) ? Number(before) : null,
  };
}

/** ISO 8601 without what is zero. */
function timeParameter(ms: number): string {
  return new Date(ms).toISOString().replace(/(?::00)?\.000Z$/, 'Z');
}

function windowParameters({ window, name }: ModelQuery): [string, string][] {
  if (name !== null) return name === usual ? [] : [['window', name]];
  return [
    ['from', timeParameter(window.from)],
    ['to', timeParameter(window.to)],
  ];
}

/** The page with this choice; `place` is the id of the part to show. */
export function modelQueryAddress(id: string, query: ModelQuery, place: string): string {
  const parameters = new URLSearchParams(windowParameters(query));
  if (query.checks !== 'all') parameters.set('checks', query.checks);
  if (query.before !== null) parameters.set('before', String(query.before));
  const text = parameters.toString();
  return `${modelAddress(id)}${text === '' ? '' : `?${text}`}#${place}`;
}

/** The window of the same length before this one; null when the model was not known then. */
export function earlier({ from, to }: Interval, firstSeen: number): Interval | null {
  return from <= firstSeen ? null : { from: Math.max(0, from - (to - from)), to: from };
}

/** The window of the same length after this one, at the latest until now; null when it ends now. */
export function later({ from, to }: Interval, now: number): Interval | null {
  if (to >= now) return null;
  const end = Math.min(now, to + (to - from));
  return { from: end - (to - from), to: end };
}
