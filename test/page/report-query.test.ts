import { describe, expect, it } from '@jest/globals';
import {
  neighboursOf,
  periodsOf,
  readReportQuery,
  reportAddress,
  reportFile,
} from '../../src/page/report-query.js';

const now = Date.UTC(2026, 10, 30, 23, 30);
const hour = 3_600_000;
const offsets: Readonly<Record<string, number>> = { 'Europe/Berlin': hour, 'Pacific/Pago_Pago': -11 * hour };
const read = (query: string, at = now) =>
  readReportQuery(new URLSearchParams(query), at, (zone) => offsets[zone] ?? null);

describe('the period of a report', () => {
  it('is the present month, or the one that is asked for', () => {
    expect(read('')).toMatchObject({ window: 'month:2026-11', name: 'November 2026', timezone: 'UTC' });
    expect(read('month=2026-02')).toMatchObject({ window: 'month:2026-02' });
    expect(read('quarter=2026-Q3&month=2026-02')).toMatchObject({
      window: 'quarter:2026-Q3',
      name: 'Q3 2026',
    });
  });

  it('has begun in its time zone', () => {
    expect(read('month=2026-12').window).toBe('month:2026-11');
    // There it is December already, or still November.
    expect(read('month=2026-12&timezone=Europe/Berlin').window).toBe('month:2026-12');
    expect(read('timezone=Europe/Berlin').window).toBe('month:2026-12');
    expect(read('timezone=Pacific/Pago_Pago', now + hour).window).toBe('month:2026-11');
    expect(read('quarter=2027-Q1').window).toBe('month:2026-11');
  });

  it('is that of UTC where the zone does not exist', () => {
    expect(read('timezone=Nowhere')).toMatchObject({ timezone: 'UTC', window: 'month:2026-11' });
  });

  it('leads to its neighbours, and to files', () => {
    const query = read('month=2026-01&timezone=Europe/Berlin');
    expect(reportAddress(query)).toBe('/report?month=2026-01&timezone=Europe%2FBerlin');
    expect(reportFile(query, 'csv')).toBe('/report.csv?month=2026-01&timezone=Europe%2FBerlin');
    const { before, after } = neighboursOf(query);
    expect([before.window, after?.window]).toEqual(['month:2025-12', 'month:2026-02']);
    const quarter = neighboursOf(read('quarter=2026-Q4'));
    expect([quarter.before.window, quarter.after]).toEqual(['quarter:2026-Q3', null]);
  });

  it('is offered newest first', () => {
    const { months, quarters } = periodsOf(read(''));
    expect(months.map(({ window }) => window)).toEqual([
      'month:2026-11',
      'month:2026-10',
      'month:2026-09',
      'month:2026-08',
    ]);
    expect(quarters.map(({ window }) => window)).toEqual([
      'quarter:2026-Q4',
      'quarter:2026-Q3',
      'quarter:2026-Q2',
      'quarter:2026-Q1',
    ]);
  });
});
