import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { monthAt, monthName, monthSpan, monthText, parseMonth } from '../../src/page/calendar-month.js';
import { incidentsAddress, isUnfiltered, readIncidentQuery } from '../../src/page/incident-query.js';

const now = Date.UTC(2026, 10, 27, 9, 42);
const read = (query: string) => readIncidentQuery(new URLSearchParams(query), now);

describe('a month of UTC', () => {
  it('is read from its text, and named', () => {
    const month = parseMonth('2026-12');
    expect(month).toBe(2026 * 12 + 11);
    expect(monthText(month!)).toBe('2026-12');
    expect(monthName(month!)).toBe('December 2026');
    expect(monthSpan(month!)).toEqual({ from: Date.UTC(2026, 11, 1), to: Date.UTC(2027, 0, 1) });
    for (const text of ['2026-13', '2026-1', '1969-12', 'x', '', null]) expect(parseMonth(text)).toBeNull();
  });

  it('contains its times', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (time) => {
        const { from, to } = monthSpan(monthAt(time));
        expect(from <= time && time < to).toBe(true);
        expect(parseMonth(monthText(monthAt(time)))).toBe(monthAt(time));
      }),
    );
  });
});

describe('the address of incidents', () => {
  it('has the choices, and shows the present month without any', () => {
    expect(isUnfiltered(read(''))).toBe(true);
    expect(read('').month).toBe(monthAt(now));
    const query = read(
      'month=2026-10&model=%20a/b&blame=account&open=false&label=team:x&after=1795838105122.12',
    );
    expect(query).toEqual({
      month: parseMonth('2026-10'),
      model: 'a/b',
      blame: 'account',
      open: false,
      label: 'team:x',
      after: { openedAt: 1_795_838_105_122, id: 12 },
    });
    // Another choice begins with its first page.
    expect(incidentsAddress(query, { open: null }, now)).toBe(
      '/incidents?month=2026-10&model=a%2Fb&blame=account&label=team%3Ax',
    );
    expect(incidentsAddress(read(''), {}, now)).toBe('/incidents');
  });

  it('leaves out what is not valid, and months to come', () => {
    expect(read('month=2026-12').month).toBe(monthAt(now));
    expect(read('blame=x&open=x&label=x&after=-1&month=x')).toEqual(read(''));
  });

  it('is read as it was written, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.integer({ min: 1970 * 12, max: monthAt(now) }),
        (model, label, month) => {
          const asked = readIncidentQuery(
            new URLSearchParams({ model, label, month: monthText(month) }),
            now,
          );
          const address = new URL(incidentsAddress(asked, {}, now), 'http://page');
          expect(readIncidentQuery(address.searchParams, now)).toEqual(asked);
        },
      ),
    );
  });
});
