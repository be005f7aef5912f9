import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLocalTime } from '../../src/calendar/local-time.js';

const hour = 3_600_000;
const zones = ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kolkata', 'Pacific/Apia', 'Africa/Cairo'];
const hoursOf = (zone: string, first: string, end: string): [string, number][] =>
  createLocalTime(zone)
    .days({ from: Date.parse(first), to: Date.parse(end) })
    .map(({ date, from, to }) => [date, (to - from) / hour]);

describe('days of a time zone', () => {
  it('have 23 or 25 hours at a clock change', () => {
    expect(hoursOf('Europe/Berlin', '2026-03-27T23:00Z', '2026-03-30T22:00Z')).toEqual([
      ['2026-03-28', 24],
      ['2026-03-29', 23],
      ['2026-03-30', 24],
    ]);
    expect(hoursOf('America/Sao_Paulo', '2018-02-17T02:00Z', '2018-02-19T03:00Z')).toEqual([
      ['2018-02-17', 25],
      ['2018-02-18', 24],
    ]);
  });

  it('omit skipped days, and are clipped at the ends of a window', () => {
    expect(hoursOf('Pacific/Apia', '2011-12-29T10:00Z', '2011-12-30T22:00Z')).toEqual([
      ['2011-12-29', 24],
      ['2011-12-31', 12],
    ]);
    expect(hoursOf('UTC', '2026-03-01T22:00Z', '2026-03-02T01:00Z')).toEqual([
      ['2026-03-01', 2],
      ['2026-03-02', 1],
    ]);
    expect(hoursOf('UTC', '2026-03-01T22:00Z', '2026-03-01T22:00Z')).toEqual([]);
  });

  it('cover any window, are adjacent and match the local clock', () => {
    const time = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        time,
        fc.integer({ max: 40 * 24 * hour, min: 1 }),
        (zone, from, ms) => {
          const local = createLocalTime(zone);
          const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
          const days = local.days({ from, to: from + ms });
          expect(days[0]!.from).toBe(from);
          expect(days.at(-1)!.to).toBe(from + ms);
          days.forEach((day, index) => {
            expect(day.to).toBeGreaterThan(day.from);
            if (index > 0) expect(day.from).toBe(days[index - 1]!.to);
            expect([shown.format(day.from), shown.format(day.to - 1)]).toEqual([day.date, day.date]);
            expect(local.text(day.from).slice(0, 10)).toBe(day.date);
          });
          expect(new Set(days.map(({ date }) => date)).size).toBe(days.length);
        },
      ),
    );
  });

  it('match the local clock to the second', () => {
    expect(createLocalTime('Asia/Kolkata').text(Date.UTC(2026, 0, 31, 20, 0, 7, 999))).toBe(
      '2026-02-01 01:30:07',
    );
    expect(() => createLocalTime('Mars/Base')).toThrow(RangeError);
  });
});
