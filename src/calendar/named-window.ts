import { dayMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { createZone } from './zone.js';

/** Forms of a calendar window, for messages. */
export const namedWindowForms = 'day:2026-01-31, week:2026-W05, month:2026-01, quarter:2026-Q1 or year:2026';

/** Local midnight before the first and after the last day, in ms as if the local clock were UTC; null for an invalid name. */
function localDays(kind: string, text: string): { first: number; end: number } | null {
  const day = (year: number, month: number, date: number): number => Date.UTC(year, month, date);
  const [, yearText = '', rest = ''] = /^(\d{4})(?:-(.+))?$/.exec(text) ?? [];
  const year = Number(yearText);
  if (yearText === '' || year < 1970) return null;
  const whole = (pattern: RegExp, least: number, most: number): number | null => {
    const number = Number(pattern.exec(rest)?.[1]);
    return number >= least && number <= most ? number : null;
  };
  switch (kind) {
    case 'year':
      return rest === '' ? { first: day(year, 0, 1), end: day(year + 1, 0, 1) } : null;
    case 'quarter': {
      const quarter = whole(/^Q(\d)$/, 1, 4);
      return quarter === null
        ? null
        : { first: day(year, quarter * 3 - 3, 1), end: day(year, quarter * 3, 1) };
    }
    case 'month': {
      const month = whole(/^(\d\d)$/, 1, 12);
      return month === null ? null : { first: day(year, month - 1, 1), end: day(year, month, 1) };
    }
    case 'week': {
      const week = whole(/^W(\d\d)$/, 1, 53);
      return week === null ? null : isoWeek(year, week);
    }
    case 'day': {
      const month = whole(/^(\d\d)-\d\d$/, 1, 12);
      const date = whole(/^\d\d-(\d\d)$/, 1, 31);
      if (month === null || date === null) return null;
      const first = day(year, month - 1, date);
      return new Date(first).getUTCDate() === date ? { first, end: first + dayMs } : null;
    }
    default:
      return null;
  }
}

/** Week 1 contains 4 January, and weeks start on Monday (ISO 8601). */
function isoWeek(year: number, week: number): { first: number; end: number } | null {
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * dayMs;
  const first = monday + (week - 1) * 7 * dayMs;
  const thursday = new Date(first + 3 * dayMs);
  return thursday.getUTCFullYear() === year ? { first, end: first + 7 * dayMs } : null;
}

/**
 * The window in Unix ms of a name such as `month:2026-10` in local time of a zone; null for an invalid name. A day that
 * the zone skips is empty. Throws RangeError for an unknown zone.
 */
export function namedWindow(name: string, timezone: string): Interval | null {
  const [, kind = '', text = ''] = /^([a-z]+):(.+)$/.exec(name) ?? [];
  const days = localDays(kind, text);
  if (days === null) return null;
  const zone = createZone(timezone);
  return { from: zone.instantOf(days.first), to: zone.instantOf(days.end) };
}
