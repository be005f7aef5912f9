import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { earlier, later, modelQueryAddress, readModelQuery } from '../../src/page/model-query.js';
import { timeTicks } from '../../src/page/time-axis.js';
import { noon } from '../metrics/sample-view.js';

const hour = 3_600_000;
const read = (text: string) => readModelQuery(new URLSearchParams(text), noon);

describe('address of the page of a model', () => {
  it.each([
    ['', 24 * hour, '24h'],
    ['window=1h', hour, '1h'],
    ['window=1y', 365 * 24 * hour, '1y'],
    ['window=90m', 1.5 * hour, '90m'],
    ['window=0s', 24 * hour, '24h'],
    ['window=soon', 24 * hour, '24h'],
  ])('reads %j as a window until now', (text, length, name) => {
    const { window, name: found } = read(text);
    expect([window.to, window.to - window.from, found]).toEqual([noon, length, name]);
  });

  it('reads times and days of the calendar', () => {
    const day = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) };
    expect(read('window=day:2026-01-01').window).toEqual(day);
    expect(read('from=2026-01-01T00:00Z&to=2026-01-02').window).toEqual(day);
    expect(read('from=2026-01-01T03:00:00 03:00&to=1767312000').window).toEqual(day);
  });

  it('ends now at the latest', () => {
    expect(read('window=day:2026-01-02').window).toEqual({ from: Date.UTC(2026, 0, 2), to: noon });
    expect(read('from=2026-01-01&to=2027-01-01').window.to).toBe(noon);
    expect(read('window=day:2027-01-02').name).toBe('24h');
  });

  it('reads what it writes', () => {
    for (const text of [
      '',
      'window=7d',
      'from=2026-01-01T01:02:03Z&to=2026-01-01T02:00Z',
      'checks=not-healthy&before=5',
    ]) {
      const query = read(text);
      const address = new URL(modelQueryAddress('a b/ü', query, 'tl'), 'http://page');
      expect(address.pathname).toBe('/models/a%20b%2F%C3%BC');
      expect(readModelQuery(address.searchParams, noon)).toEqual(query);
    }
  });

  it('is bounded and in order, whatever is given', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const names = fc.constantFrom('window', 'from', 'to', 'checks', 'before');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, value), { maxLength: 6 }), (pairs) => {
        const { window } = readModelQuery(new URLSearchParams(pairs), noon);
        expect(window.from).toBeGreaterThanOrEqual(0);
        expect(window.to - window.from).toBeGreaterThanOrEqual(60_000);
        expect(window.to).toBeLessThanOrEqual(noon);
        const ticks = timeTicks(window);
        expect(ticks.length).toBeLessThanOrEqual(13);
        for (const { from, to, place } of ticks) {
          expect(from).toBeLessThan(to);
          expect(place).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('moves by its own length, from the first sight until now', () => {
    const window = { from: noon - 3 * hour, to: noon - hour };
    expect(earlier(window, noon - 4 * hour)).toEqual({ from: noon - 5 * hour, to: noon - 3 * hour });
    expect(earlier(window, noon - 3 * hour)).toBeNull();
    expect(later(window, noon)).toEqual({ from: noon - 2 * hour, to: noon });
    expect(later({ from: noon - hour, to: noon }, noon)).toBeNull();
  });
});

describe('marks of time', () => {
  it.each([
    [
      hour,
      [
        '11:00',
        '11:05',
        '11:10',
        '11:15',
        '11:20',
        '11:25',
        '11:30',
        '11:35',
        '11:40',
        '11:45',
        '11:50',
        '11:55',
      ],
    ],
    [7 * 24 * hour, ['27 Dec', '28 Dec', '29 Dec', '30 Dec', '31 Dec', '1 Jan', '2 Jan']],
  ])('of %d ms are round', (length, labels) => {
    expect(timeTicks({ from: noon - length, to: noon }).map(({ label }) => label)).toEqual(labels);
  });

  it('of a year are months', () => {
    const ticks = timeTicks({ from: noon - 365 * 24 * hour, to: noon });
    expect(ticks[0]?.label).toBe('Feb 2025');
    expect(ticks.every(({ from }) => new Date(from).getUTCDate() === 1)).toBe(true);
  });
});
