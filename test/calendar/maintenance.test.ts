import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCalendar } from '../../src/calendar/calendar.js';
import { createCronCalendar, type CronCalendar } from '../../src/calendar/cron.js';
import { maintenanceWindows, type WindowRule } from '../../src/calendar/maintenance.js';
import { merge } from '../../src/domain/intervals.js';
import type { Interval } from '../../src/domain/state.js';
import { amount } from '../slow.js';

const hourMs = 3_600_000;
const berlinNight: WindowRule = {
  kind: 'recurring',
  cron: '0 2 * * 0',
  timezone: 'Europe/Berlin',
  durationMs: 2 * hourMs,
};
const calendar = createCalendar();

function shown(rules: readonly WindowRule[], from: string, to: string): string[] {
  return calendar
    .windows(rules, Date.parse(from), Date.parse(to))
    .map((window) => `${new Date(window.from).toISOString()} ${new Date(window.to).toISOString()}`);
}

describe('maintenance windows', () => {
  it('are returned in full if they overlap the span, but not if they only touch it', () => {
    const whole = ['2025-06-01T00:00:00.000Z 2025-06-01T02:00:00.000Z'];
    expect(shown([berlinNight], '2025-06-01T01:59:59Z', '2025-06-02')).toEqual(whole);
    expect(shown([berlinNight], '2025-06-01T02:00:00Z', '2025-06-02')).toEqual([]);
    expect(shown([berlinNight], '2025-05-31T12:00:00Z', '2025-06-01T00:00:00Z')).toEqual([]);
    expect(shown([berlinNight], '2025-05-31T12:00:00Z', '2025-06-01T00:00:00.001Z')).toEqual(whole);
  });

  it('have their elapsed duration across clock changes', () => {
    expect(shown([berlinNight], '2025-03-29T12:00:00Z', '2025-03-31')).toEqual([
      '2025-03-30T01:00:00.000Z 2025-03-30T03:00:00.000Z',
    ]);
    expect(shown([berlinNight], '2025-10-25T12:00:00Z', '2025-10-27')).toEqual([
      '2025-10-26T00:00:00.000Z 2025-10-26T02:00:00.000Z',
    ]);
  });

  it('are the union of all rules', () => {
    const rule = fc.record({
      kind: fc.constant('recurring' as const),
      cron: fc.constantFrom('*/30 * * * *', '0 */3 * * *', '15 4 * * *'),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin'),
      durationMs: fc.integer({ min: 60_000, max: 4 * hourMs }),
    });
    const from = Date.parse('2025-03-30');
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 3 }),
        fc.integer({ min: 0, max: 24 * 60 - 1 }),
        (rules, minute) => {
          const at = from + minute * 60_000;
          const joined = calendar.windows(rules, from, from + 24 * hourMs);
          const inside = rules.some((one) => calendar.windows([one], at, at + 1).length > 0);
          expect(joined.some((window) => window.from <= at && at < window.to)).toBe(inside);
          for (const [index, window] of joined.entries())
            expect(window.from).toBeGreaterThan(joined[index - 1]?.to ?? 0);
        },
      ),
    );
  });

  it('are the union of the windows of all times of a rule, however close', () => {
    const cron = createCronCalendar();
    const from = Date.parse('2025-03-30');
    const rule = fc.record({
      kind: fc.constant('recurring' as const),
      cron: fc.constantFrom(
        '* * * * * *',
        '*/7 * * * * *',
        '0-20 */3 * * *',
        '1,2,50 * * * *',
        '*/40 2 * * *',
      ),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin'),
      durationMs: fc.integer({ min: 60_000, max: hourMs }),
    });
    fc.assert(
      fc.property(rule, fc.integer({ min: 0, max: 6 * hourMs }), (one, lengthMs) => {
        const each: Interval[] = [];
        let time = cron.next(one.cron, one.timezone, from - one.durationMs);
        while (time !== null && time < from + lengthMs) {
          each.push({ from: time, to: time + one.durationMs });
          time = cron.next(one.cron, one.timezone, time);
        }
        expect(calendar.windows([one], from, from + lengthMs)).toEqual(merge(each));
      }),
      { numRuns: amount(50, 15) },
    );
  });

  it('of every second are found without visiting every second', () => {
    const cron = createCronCalendar();
    let asked = 0;
    const counting: CronCalendar = {
      ...cron,
      next(...question) {
        asked += 1;
        return cron.next(...question);
      },
    };
    const rule = { kind: 'recurring' as const, cron: '* * * * * *', timezone: 'UTC', durationMs: hourMs };
    const from = Date.parse('2025-03-01');
    const day = 24 * hourMs;
    expect(maintenanceWindows(counting, [rule], from, from + 90 * day)).toHaveLength(1);
    expect(asked).toBeLessThan(90 * 24 * 3);
  });
});
