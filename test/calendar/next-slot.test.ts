import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCalendar } from '../../src/calendar/calendar.js';
import { stretch } from '../../src/calendar/next-slot.js';
import type { Schedule } from '../../src/domain/schedule.js';
import { clockChanges } from './local-clock.js';
import { processorMs } from '../processor-time.js';

const calendar = createCalendar();
const time = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2035-01-01') });
const id = fc.string({ minLength: 1, maxLength: 12 });
const interval = fc
  .integer({ min: 1000, max: 7_200_000 })
  .map((everyMs): Schedule => ({ kind: 'every', everyMs }));
const cronSchedule = fc
  .record({
    expression: fc.constantFrom('*/20 * * * * *', '*/5 * * * *', '0 * * * *', '30 2 * * *', '0 9 * * 1-5'),
    timezone: fc.constantFrom('UTC', ...clockChanges.map(([zone]) => zone)),
    spreadMs: fc.constantFrom(null, 0, 5000, 400_000),
  })
  .map((rest): Schedule => ({ kind: 'cron', ...rest }));
const anySchedule = fc.oneof(interval, cronSchedule);

function walk(schedule: Schedule, model: string, after: number, upTo: number): number[] {
  const slots: number[] = [];
  let slot = calendar.nextSlot(schedule, model, after);
  while (slot !== null && slot <= upTo) {
    slots.push(slot);
    slot = calendar.nextSlot(schedule, model, slot);
  }
  return slots;
}

describe('slots', () => {
  it('do not depend on the starting point: a restart continues with the same ones', () => {
    fc.assert(
      fc.property(
        anySchedule,
        id,
        time,
        fc.integer({ min: 0, max: 3_000_000 }),
        (schedule, model, start, later) => {
          const whole = walk(schedule, model, start, start + 6_000_000);
          const rest = walk(schedule, model, start + later, start + 6_000_000);
          expect(rest).toEqual(whole.filter((slot) => slot > start + later));
          expect(whole).toEqual([...new Set(whole)].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('are counted without iteration, through every clock change', () => {
    const around = fc.constantFrom(...clockChanges.map(([, at]) => Date.parse(at)));
    const reach = fc.integer({ min: 0, max: 100_000_000 });
    fc.assert(
      fc.property(anySchedule, id, around, reach, reach, (schedule, model, at, before, after) => {
        const slots = walk(schedule, model, at - before, at + after);
        expect(calendar.slotsBetween(schedule, model, at - before, at + after)).toEqual({
          count: slots.length,
          first: slots[0] ?? null,
          last: slots.at(-1) ?? null,
        });
      }),
    );
  });

  it('of a year of seconds are counted in a moment', () => {
    const schedule: Schedule = {
      kind: 'cron',
      expression: '* * * * * *',
      timezone: 'Europe/Berlin',
      spreadMs: null,
    };
    const year = [Date.parse('2025-01-17T13:45:12.345Z'), Date.parse('2026-01-17T13:45:12.345Z')] as const;
    const took = processorMs(() => {
      expect(calendar.slotsBetween(schedule, 'gpt', ...year).count).toBe((year[1] - year[0]) / 1000);
    });
    expect(took).toBeLessThan(500);
  });

  it('of an interval are spread evenly over it', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index += 1) {
      const slot = calendar.nextSlot({ kind: 'every', everyMs: 60_000 }, `model-${index}`, 0) ?? 0;
      tenths[Math.floor((slot % 60_000) / 6000)]! += 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1150);
  });

  it('of a cron schedule are within a tenth of the gap and 10 s of its time, or within the given spread', () => {
    const offsets = (expression: string, spreadMs: number | null) =>
      Array.from({ length: 1000 }, (_, index) => {
        const schedule: Schedule = { kind: 'cron', expression, timezone: 'UTC', spreadMs };
        return (
          (calendar.nextSlot(schedule, `model-${index}`, Date.parse('2025-06-01T12:00:00Z') - 1) ?? 0) %
          60_000
        );
      });
    const furthest = (expression: string, spreadMs: number | null) =>
      Math.max(...offsets(expression, spreadMs));
    expect(furthest('* * * * *', null)).toBeGreaterThan(5800);
    expect(furthest('* * * * *', null)).toBeLessThan(6000);
    expect(furthest('0 12 * * *', null)).toBeLessThan(10_000);
    expect(furthest('0 12 * * *', 30_000)).toBeGreaterThan(29_000);
    expect(furthest('* * * * *', 0)).toBe(0);
  });

  it('have the distance that intervalAt returns', () => {
    const weekdays: Schedule = { kind: 'cron', expression: '0 9 * * 1-5', timezone: 'UTC', spreadMs: 0 };
    expect(calendar.intervalAt({ kind: 'every', everyMs: 60_000 }, 'gpt', 123)).toBe(60_000);
    expect(calendar.intervalAt(weekdays, 'gpt', Date.parse('2025-06-06T09:00:00Z'))).toBe(3 * 86_400_000);
  });
});

describe('stretch', () => {
  it('extends an interval to the rate limit, and changes nothing else', () => {
    expect(stretch({ kind: 'every', everyMs: 5000 }, 7)).toEqual({ kind: 'every', everyMs: 8572 });
    expect(stretch({ kind: 'every', everyMs: 60_000 }, 1)).toEqual({ kind: 'every', everyMs: 60_000 });
    expect(stretch({ kind: 'every', everyMs: 5000 }, null)).toEqual({ kind: 'every', everyMs: 5000 });
    const cron: Schedule = { kind: 'cron', expression: '* * * * * *', timezone: 'UTC', spreadMs: null };
    expect(stretch(cron, 1)).toBe(cron);
  });
});
