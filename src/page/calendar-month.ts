import type { Interval } from '../domain/state.js';

/** A month of UTC by its number since January of year 0. */
export type MonthNumber = number;

const names = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const yearOf = (month: MonthNumber): number => Math.floor(month / 12);

export function monthAt(unixMs: number): MonthNumber {
  const date = new Date(unixMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Reads `2026-11`; null for anything else. */
export function parseMonth(text: string | null): MonthNumber | null {
  const [, year = '', month = ''] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text ?? '') ?? [];
  return Number(year) < 1970 ? null : Number(year) * 12 + Number(month) - 1;
}

/** `2026-11` */
export function monthText(month: MonthNumber): string {
  return `${yearOf(month)}-${String((month % 12) + 1).padStart(2, '0')}`;
}

/** `November 2026` */
export function monthName(month: MonthNumber): string {
  return `${names[month % 12] ?? ''} ${yearOf(month)}`;
}

export function monthSpan(month: MonthNumber): Interval {
  const start = (of: MonthNumber): number => Date.UTC(yearOf(of), of % 12, 1);
  return { from: start(month), to: start(month + 1) };
}
