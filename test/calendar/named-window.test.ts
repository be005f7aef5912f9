import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namedWindow } from '../../src/calendar/named-window.js';
import { clockChanges, localClock } from './local-clock.js';
import { amount } from '../slow.js';

const hour = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const shown = (name: string, timezone = 'UTC'): string[] => {
  const { from, to } = namedWindow(name, timezone)!;
  return [iso(from), iso(to)];
};
const hoursOf = (name: string, timezone: string): number => {
  const { from, to } = namedWindow(name, timezone)!;
  return (to - from) / hour;
};
const two = (number: number): string => String(number).padStart(2, '0');

describe('calendar window', () => {
  it.each([
    ['day:2026-02-28', '2026-02-28T00:00Z', '2026-03-01T00:00Z'],
    ['day:2028-02-29', '2028-02-29T00:00Z', '2028-03-01T00:00Z'],
    ['week:2026-W01', '2025-12-29T00:00Z', '2026-01-05T00:00Z'],
    ['week:2026-W53', '2026-12-28T00:00Z', '2027-01-04T00:00Z'],
    ['week:2027-W01', '2027-01-04T00:00Z', '2027-01-11T00:00Z'],
    ['month:2026-12', '2026-12-01T00:00Z', '2027-01-01T00:00Z'],
    ['quarter:2026-Q4', '2026-10-01T00:00Z', '2027-01-01T00:00Z'],
    ['year:2026', '2026-01-01T00:00Z', '2027-01-01T00:00Z'],
  ])('is in UTC by default: %s', (name, from, to) => {
    expect(shown(name)).toEqual([from, to]);
  });

  it('follows the time zone, so that a day has 23, 24, 24.5 or 25 hours', () => {
    expect(shown('month:2026-10', 'Europe/Berlin')).toEqual(['2026-09-30T22:00Z', '2026-10-31T23:00Z']);
    expect(hoursOf('day:2026-03-29', 'Europe/Berlin')).toBe(23);
    expect(hoursOf('day:2026-10-25', 'Europe/Berlin')).toBe(25);
    expect(hoursOf('day:2026-10-26', 'Europe/Berlin')).toBe(24);
    expect(hoursOf('day:2025-04-06', 'Australia/Lord_Howe')).toBe(24.5);
    expect(hoursOf('week:2026-W13', 'Europe/Berlin')).toBe(7 * 24 - 1);
    expect(hoursOf('year:2026', 'Europe/Berlin')).toBe(365 * 24);
  });

  it('begins at the clock change if midnight is skipped', () => {
    expect(shown('day:2018-11-04', 'America/Sao_Paulo')).toEqual(['2018-11-04T03:00Z', '2018-11-05T02:00Z']);
    // At the end of the day before, 23:00 to 24:00 came twice.
    expect(hoursOf('day:2018-02-17', 'America/Sao_Paulo')).toBe(25);
  });

  it('is empty for a skipped day, and shorter for its week and month', () => {
    expect(hoursOf('day:2011-12-30', 'Pacific/Apia')).toBe(0);
    expect(hoursOf('week:2011-W52', 'Pacific/Apia')).toBe(6 * 24);
    expect(hoursOf('month:2011-12', 'Pacific/Apia')).toBe(30 * 24);
  });

  it.each([
    ...['', 'month', 'month:', 'month:2026', 'month:2026-13', 'month:2026-00', 'month:2026-1', 'month:26-01'],
    ...['Month:2026-01', ' month:2026-01', 'month:2026-01 ', 'month:2026-01-01', 'month:2026-01\n'],
    ...[
      'day:2026-02-29',
      'day:2026-02-30',
      'day:2026-13-01',
      'day:2026-01-00',
      'day:2026-1-1',
      'day:20260101',
    ],
    ...[
      'day:2026-01',
      'day:2026-01-01T00:00',
      'week:2025-W53',
      'week:2026-W54',
      'week:2026-W00',
      'week:2026-W1',
    ],
    ...[
      'week:2026-05',
      'week:2026-w05',
      'quarter:2026-Q0',
      'quarter:2026-Q5',
      'quarter:2026-1',
      'quarter:2026',
    ],
    ...[
      'year:26',
      'year:2026-01',
      'year:02026',
      'year:1969',
      'year:-2026',
      'fortnight:2026-01',
      '24h',
      ':2026',
    ],
  ])('is null for the invalid name %p', (name) => {
    expect(namedWindow(name, 'UTC')).toBeNull();
  });

  it('throws for an unknown zone', () => {
    expect(() => namedWindow('month:2026-01', 'Mars/Base')).toThrow(RangeError);
  });
});

describe('calendar windows in every time zone', () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const years = fc.integer({ min: 1970, max: 2037 });

  it('are adjacent for months, quarters and years, and for days in their month', () => {
    fc.assert(
      fc.property(zones, years, (zone, year) => {
        const months = Array.from({ length: 12 }, (_, index) =>
          namedWindow(`month:${year}-${two(index + 1)}`, zone)!,
        );
        const quarters = [1, 2, 3, 4].map((number) => namedWindow(`quarter:${year}-Q${number}`, zone)!);
        for (const parts of [months, quarters]) {
          parts.slice(1).forEach((part, index) => expect(part.from).toBe(parts[index]!.to));
          expect({ from: parts[0]!.from, to: parts.at(-1)!.to }).toEqual(namedWindow(`year:${year}`, zone));
        }
        expect(namedWindow(`year:${year + 1}`, zone)!.from).toBe(months[11]!.to);
        const days = Array.from({ length: 31 }, (_, index) =>
          namedWindow(`day:${year}-03-${two(index + 1)}`, zone)!,
        );
        days.slice(1).forEach((day, index) => expect(day.from).toBe(days[index]!.to));
        expect({ from: days[0]!.from, to: days[30]!.to }).toEqual(months[2]);
      }),
      { numRuns: amount(60, 20) },
    );
  });

  it('are adjacent for the weeks of a year and the first week of the next', () => {
    fc.assert(
      fc.property(zones, years, (zone, year) => {
        const weeks = Array.from({ length: 53 }, (_, index) =>
          namedWindow(`week:${year}-W${two(index + 1)}`, zone),
        ).filter((week) => week !== null);
        expect(weeks.length).toBeGreaterThanOrEqual(52);
        weeks.slice(1).forEach((week, index) => expect(week.from).toBe(weeks[index]!.to));
        expect(namedWindow(`week:${year + 1}-W01`, zone)!.from).toBe(weeks.at(-1)!.to);
      }),
      { numRuns: amount(60, 20) },
    );
  });

  it('contain exactly the instants of their local date', () => {
    const near = fc.tuple(fc.constantFrom(...clockChanges), fc.integer({ min: -30 * 60, max: 30 * 60 }));
    fc.assert(
      fc.property(near, ([[zone, change], minutes]) => {
        const time = Date.parse(change) + minutes * 60_000;
        const date = new Date(localClock(zone)(time)).toISOString().slice(0, 10);
        const { from, to } = namedWindow(`day:${date}`, zone)!;
        expect(from <= time && time < to).toBe(true);
      }),
      { numRuns: amount(500, 150) },
    );
  });
});
