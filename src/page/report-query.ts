import { monthAt, monthName, monthSpan, monthText, parseMonth, type MonthNumber } from './calendar-month.js';

/** The period in the address of the report. */
export interface ReportQuery {
  /** Such as `month:2026-10` or `quarter:2026-Q4`. */
  readonly window: string;
  /** `October 2026`, `Q4 2026` */
  readonly name: string;
  /** The first month, and the number of months. */
  readonly first: MonthNumber;
  readonly months: 1 | 3;
  readonly timezone: string;
  /** The present time of that zone, in ms as if its clock were UTC. */
  readonly localNow: number;
}

/** Where a reader's months begin and end. */
type Place = Pick<ReportQuery, 'timezone' | 'localNow'>;

function monthQuery(month: MonthNumber, { timezone, localNow }: Place): ReportQuery {
  return {
    window: `month:${monthText(month)}`,
    name: monthName(month),
    first: month,
    months: 1,
    timezone,
    localNow,
  };
}

function quarterQuery(first: MonthNumber, { timezone, localNow }: Place): ReportQuery {
  const year = Math.floor(first / 12);
  const quarter = Math.floor((first % 12) / 3) + 1;
  return {
    window: `quarter:${year}-Q${quarter}`,
    name: `Q${quarter} ${year}`,
    first: first - (first % 3),
    months: 3,
    timezone,
    localNow,
  };
}

/** `2026-Q3`, or null. */
function parseQuarter(text: string | null): MonthNumber | null {
  const [, year = '', quarter = ''] = /^(\d{4})-Q([1-4])$/.exec(text ?? '') ?? [];
  return Number(year) < 1970 ? null : Number(year) * 12 + (Number(quarter) - 1) * 3;
}

/**
 * Reads the address: a quarter, or else a month, or else the present one; none that has not begun. `offsetOf` tells what a
 * zone is ahead of UTC now, in ms, and null where there is none of this name.
 */
export function readReportQuery(
  parameters: URLSearchParams,
  now: number,
  offsetOf: (timezone: string) => number | null,
): ReportQuery {
  const asked = (parameters.get('timezone') ?? '').trim().slice(0, 64);
  const offset = asked === '' ? null : offsetOf(asked);
  const place = { timezone: offset === null ? 'UTC' : asked, localNow: now + (offset ?? 0) };
  const quarter = parseQuarter(parameters.get('quarter'));
  if (quarter !== null && hasBegun(quarter, place)) return quarterQuery(quarter, place);
  const month = parseMonth(parameters.get('month'));
  return monthQuery(month !== null && hasBegun(month, place) ? month : monthAt(place.localNow), place);
}

function hasBegun(first: MonthNumber, { localNow }: Place): boolean {
  return monthSpan(first).from < localNow;
}

function parametersOf({ window, timezone }: Pick<ReportQuery, 'window' | 'timezone'>): string {
  const [kind = '', value = ''] = window.split(':');
  const parameters = new URLSearchParams({ [kind]: value });
  if (timezone !== 'UTC') parameters.set('timezone', timezone);
  return parameters.toString();
}

export const reportAddress = (query: ReportQuery): string => `/report?${parametersOf(query)}`;

/** Addresses of the report as files, as the command writes them. */
export const reportFile = (query: ReportQuery, ending: 'csv' | 'md'): string =>
  `/report.${ending}?${parametersOf(query)}`;

/** The periods before and after; null for one that has not begun. */
export function neighboursOf(query: ReportQuery): {
  readonly before: ReportQuery;
  readonly after: ReportQuery | null;
} {
  const of = query.months === 1 ? monthQuery : quarterQuery;
  const next = query.first + query.months;
  return {
    before: of(query.first - query.months, query),
    after: hasBegun(next, query) ? of(next, query) : null,
  };
}

const listed = { months: 4, quarters: 4 } as const;

/** The newest months and quarters, newest first. */
export function periodsOf(query: ReportQuery): {
  readonly months: readonly ReportQuery[];
  readonly quarters: readonly ReportQuery[];
} {
  const present = monthAt(query.localNow);
  const months = Array.from({ length: listed.months }, (_, index) => monthQuery(present - index, query));
  const quarter = present - (present % 3);
  const quarters = Array.from({ length: listed.quarters }, (_, index) =>
    quarterQuery(quarter - 3 * index, query),
  );
  return { months, quarters };
}
