import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTask, type ScheduledTask } from 'node-cron';
import { createCronCalendar, cronProblem, isTimezone } from '../../src/calendar/cron.js';
import { clockChanges, localClock } from './local-clock.js';
import { amount } from '../slow.js';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const tasks: ScheduledTask[] = [];

function task(expression: string, timezone: string): ScheduledTask {
  const made = createTask(expression, () => undefined, { timezone });
  tasks.push(made);
  return made;
}

afterAll(async () => {
  for (const made of tasks) await made.destroy();
});

function timesIn(expression: string, timezone: string, from: number, to: number): number[] {
  const cron = createCronCalendar();
  const times: number[] = [];
  let time = cron.next(expression, timezone, from);
  while (time !== null && time <= to) {
    times.push(time);
    time = cron.next(expression, timezone, time);
  }
  return times;
}

function minutes(from: number, to: number): number[] {
  return Array.from(
    { length: Math.floor((to - from) / minuteMs) },
    (_, index) => from + (index + 1) * minuteMs,
  );
}

function list(least: number, most: number) {
  return fc
    .uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 })
    .map((values) => values.join(','));
}

const minuteField = fc.oneof(list(0, 59), fc.constantFrom('*', '*/7', '*/15', '20-40'));
const hourField = fc.oneof(list(0, 4), fc.constantFrom('*/2', '1-3', '22-2'));
const change = fc.constantFrom(...clockChanges);

function iso(times: readonly (number | null)[]): (string | null)[] {
  return times.map((time) => (time === null ? null : new Date(time).toISOString()));
}

describe('cron times', () => {
  it('follow elapsed time through every clock change for hourly expressions, like node-cron', () => {
    fc.assert(
      fc.property(minuteField, change, (field, [timezone, at]) => {
        const expression = `${field} * * * *`;
        const [from, to] = [Date.parse(at) - 4 * hourMs, Date.parse(at) + 4 * hourMs];
        const matcher = task(expression, timezone);
        const expected = minutes(from, to).filter((time) => matcher.match(new Date(time)));
        expect(iso(timesIn(expression, timezone, from, to))).toEqual(iso(expected));
      }),
      { numRuns: amount(60, 15) },
    );
  });

  it('occur once for each time the clock reaches or skips a named hour', () => {
    fc.assert(
      fc.property(minuteField, hourField, change, (minute, hour, [timezone, at]) => {
        const expression = `${minute} ${hour} * * *`;
        const [from, to] = [Date.parse(at) - 5 * hourMs, Date.parse(at) + 6 * hourMs];
        const local = localClock(timezone);
        const inUtc = task(expression, 'UTC');
        let reached = local(from);
        const expected = minutes(from, to).filter((time) => {
          const passed = minutes(reached, local(time));
          reached = Math.max(reached, local(time));
          return passed.some((shown) => inUtc.match(new Date(shown)));
        });
        expect(iso(timesIn(expression, timezone, from, to))).toEqual(iso(expected));
      }),
      { numRuns: amount(100, 25) },
    );
  });

  it('match node-cron in every field away from clock changes', () => {
    const day = fc.oneof(list(1, 31), fc.constantFrom('*', '*/5', 'L', 'L-3', '15W', '1W', '31W', 'LW'));
    const weekday = fc.oneof(list(0, 7), fc.constantFrom('*', 'MON-FRI', '5L', '1#2', '7#1', '5-7', '?'));
    const month = fc.oneof(list(1, 12), fc.constantFrom('*', 'JAN-MAR', '*/4'));
    const start = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2030-01-01') });
    fc.assert(
      fc.property(day, month, weekday, start, (dayOfMonth, months, dayOfWeek, from) => {
        const expression = `15 30 12 ${dayOfMonth} ${months} ${dayOfWeek}`;
        fc.pre(cronProblem(expression) === null);
        const matcher = task(expression, 'Asia/Kolkata');
        const firstNoon =
          Math.floor(from / 86_400_000) * 86_400_000 + Date.parse('1970-01-02T12:30:15+05:30');
        const noons = Array.from({ length: 400 }, (_, index) => firstNoon + index * 86_400_000);
        const expected = noons.filter((time) => matcher.match(new Date(time)));
        expect(iso(timesIn(expression, 'Asia/Kolkata', firstNoon - 1, noons.at(-1)!))).toEqual(iso(expected));
      }),
      { numRuns: amount(60, 15) },
    );
  });

  it('match node-cron second by second', () => {
    const from = Date.parse('2025-10-26T00:59:00Z');
    const matcher = task('*/7,3 * * * * *', 'Europe/Berlin');
    const expected = Array.from({ length: 240 }, (_, index) => from + (index + 1) * 1000).filter((time) =>
      matcher.match(new Date(time)),
    );
    expect(timesIn('*/7,3 * * * * *', 'Europe/Berlin', from, from + 240_000)).toEqual(expected);
  });

  it('occur on the day their hour is skipped, and only once on the day it is repeated', () => {
    const spring = timesIn('30 2 * * *', 'Europe/Berlin', Date.parse('2025-03-29'), Date.parse('2025-04-01'));
    expect(iso(spring)).toEqual([
      '2025-03-29T01:30:00.000Z',
      '2025-03-30T01:00:00.000Z',
      '2025-03-31T00:30:00.000Z',
    ]);
    const autumn = timesIn('30 2 * * *', 'Europe/Berlin', Date.parse('2025-10-25'), Date.parse('2025-10-28'));
    expect(iso(autumn)).toEqual([
      '2025-10-25T00:30:00.000Z',
      '2025-10-26T00:30:00.000Z',
      '2025-10-27T01:30:00.000Z',
    ]);
  });

  it('are strictly after the given time, regardless of its milliseconds', () => {
    const cron = createCronCalendar();
    const noon = Date.parse('2025-06-01T12:00:00Z');
    expect([noon - 1, noon, noon + 1].map((after) => cron.next('0 * * * *', 'UTC', after))).toEqual([
      noon,
      noon + hourMs,
      noon + hourMs,
    ]);
  });

  it('include the next leap day on a Sunday across the year 2100', () => {
    const next = createCronCalendar().next('0 0 29 2 0', 'UTC', Date.parse('2088-03-01'));
    expect(iso([next])).toEqual(['2128-02-29T00:00:00.000Z']);
  });
});

describe('skip over cron times', () => {
  it('ends at the same time and has the same count as single steps', () => {
    const length = fc.integer({ min: 1, max: 200_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom('*/20 * * * * *', '*/5 * * * *', '30 1-3 * * *', '0 9,17 * * 1-5'),
        change,
        length,
        (chosen, [timezone, at], ms) => {
          const cron = createCronCalendar();
          const [from, to] = [Date.parse(at) - ms / 2, Date.parse(at) + ms / 2];
          const walked = timesIn(chosen, timezone, from, to);
          let [count, last] = [0, null as number | null];
          let time = cron.next(chosen, timezone, from);
          while (time !== null && time <= to) {
            const leap = cron.leap(chosen, timezone, time, to);
            [count, last] = [count + leap.count, leap.last];
            time = cron.next(chosen, timezone, leap.last);
          }
          expect([count, last]).toEqual([walked.length, walked.at(-1) ?? null]);
        },
      ),
      { numRuns: amount(60, 15) },
    );
  });
});

describe('cronProblem', () => {
  it.each([
    ['* * * *', 'must have 5 fields, or 6 with seconds first, not 4'],
    ['', 'must hold only digits, letters, spaces and * / , - # ?'],
    ['0 0 * * * * *', 'must have 5 fields, or 6 with seconds first, not 7'],
    ['61 * * * *', 'minute must be 0-59, not "61"'],
    ['*/0 * * * *', 'minute must be 0-59, not "*/0"'],
    ['60 0 24 * * *', 'second must be 0-59, not "60"; hour must be 0-23, not "24"'],
    ['0 0 32 * *', 'day of month must be 1-31, L, L-3, 15W or LW, not "32"'],
    ['0 0 * 13 *', 'month must be 1-12 or a name such as JAN, not "13"'],
    ['0 0 * * FUNDAY', 'day of week must be 0-7, a name such as MON, 5L or 5#2, not "FUNDAY"'],
    ['0 0 * * *; rm', 'must hold only digits, letters, spaces and * / , - # ?'],
    ['0 0 30 2 *', 'never matches any date'],
    ['0 0 L-30 2 *', 'never matches any date'],
    ['0 0 1 * 1#2', 'never matches any date'],
  ])('for %j returns: %s', (expression, problem) => {
    expect(cronProblem(expression)).toBe(problem);
  });

  it.each(['*/5 * * * *', '*/10 * * * * *', '@daily', '0 0 29 2 0', '0 0 L * *', '0 2 * * SUN#1'])(
    'accepts %j',
    (expression) => {
      expect(cronProblem(expression)).toBeNull();
    },
  );
});

it('isTimezone knows the zone database', () => {
  expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata'].map(isTimezone)).toEqual([true, true, true]);
  expect(['Berlin', 'Mars/Olympus', ''].map(isTimezone)).toEqual([false, false, false]);
});
