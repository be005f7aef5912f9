import { validateDetailed } from 'node-cron';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import { parseCron, type CronFields } from './cron-fields.js';
import { createZone, type Zone } from './zone.js';

const mostRemembered = 64;

/**
 * Times of cron expressions, in Unix ms. A day must match both the day of month and the day of week, as in node-cron
 * (in crontab either is enough when both are given).
 *
 * When clocks change, an expression that covers every hour follows elapsed time: a skipped hour has no times and a
 * repeated one has them twice. One that names hours follows the time of day: a skipped time moves to the first
 * instant after the gap, and a repeated time counts once, at its first pass.
 *
 * Results are cached per expression, zone and second, so that models share searches.
 */
export interface CronCalendar {
  /** The first time after `after`; null for an expression that never matches. */
  next(expression: string, timezone: string, after: number): number | null;
  /**
   * Counts the times of the longest minute, hour or day whose first time is `time` and whose last is at or before
   * `limit`; returns the last one and the count. Lets callers count without visiting each time.
   */
  leap(
    expression: string,
    timezone: string,
    time: number,
    limit: number,
  ): { readonly last: number; readonly count: number };
}

/** Message on an invalid expression; null for a valid one. */
export function cronProblem(expression: string): string | null {
  const { valid, errors } = validateDetailed(expression);
  if (!valid) return errors.map(describe).join('; ');
  return parseCron(expression).nextLocal(0) === null ? 'never matches any date' : null;
}

const ranges: Readonly<Record<string, string>> = {
  second: 'second must be 0-59',
  minute: 'minute must be 0-59',
  hour: 'hour must be 0-23',
  dayOfMonth: 'day of month must be 1-31, L, L-3, 15W or LW',
  month: 'month must be 1-12 or a name such as JAN',
  dayOfWeek: 'day of week must be 0-7, a name such as MON, 5L or 5#2',
};

function describe(error: {
  readonly field: string;
  readonly value?: string;
  readonly message: string;
}): string {
  if (error.message.includes('impossible day of month')) return 'never matches any date';
  const range = ranges[error.field];
  if (range !== undefined) return `${range}, not "${error.value ?? ''}"`;
  const fields = /but got (\d+)/.exec(error.message)?.[1];
  if (fields !== undefined) return `must have 5 fields, or 6 with seconds first, not ${fields}`;
  return 'must hold only digits, letters, spaces and * / , - # ?';
}

/** True for a name in the zone database, such as `Europe/Berlin` or `UTC`. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

interface Entry {
  readonly fields: CronFields;
  readonly zone: Zone;
  /** Cached results of `next`, by second. */
  readonly remembered: Map<number, number | null>;
}

export function createCronCalendar(): CronCalendar {
  const zones = new Map<string, Zone>();
  const entries = new Map<string, Map<string, Entry>>();

  function zoneOf(timezone: string): Zone {
    const known = zones.get(timezone);
    if (known) return known;
    const zone = createZone(timezone);
    zones.set(timezone, zone);
    return zone;
  }

  function entryOf(expression: string, timezone: string): Entry {
    const known = entries.get(timezone)?.get(expression);
    if (known) return known;
    const entry: Entry = { fields: parseCron(expression), zone: zoneOf(timezone), remembered: new Map() };
    const ofZone = entries.get(timezone) ?? new Map<string, Entry>();
    entries.set(timezone, ofZone.set(expression, entry));
    return entry;
  }

  return {
    next(expression, timezone, after) {
      const { fields, zone, remembered } = entryOf(expression, timezone);
      const second = Math.floor(after / 1000);
      const known = remembered.get(second);
      if (known !== undefined) return known;
      if (remembered.size >= mostRemembered) remembered.clear();
      const next = (fields.fixedHours ? nextOfDay : nextOfRhythm)(fields, zone, second * 1000);
      remembered.set(second, next);
      return next;
    },
    leap(expression, timezone, time, limit) {
      const { fields, zone } = entryOf(expression, timezone);
      const local = time + zone.offsetAt(time);
      for (const { first, last, count, ms } of spans(fields)) {
        if (local % ms !== first) continue;
        const end = time + last - first;
        if (end <= limit && zone.transition(time - ms, end + ms) === null) return { last: end, count };
      }
      return { last: time, count: 1 };
    },
  };
}

function nextOfRhythm(fields: CronFields, zone: Zone, after: number): number | null {
  let from = after + 1;
  for (;;) {
    const offset = zone.offsetAt(from);
    const local = fields.nextLocal(from + offset);
    if (local === null) return null;
    const change = zone.transition(from, local - offset);
    if (change === null) return local - offset;
    from = change;
  }
}

function nextOfDay(fields: CronFields, zone: Zone, after: number): number | null {
  let local = fields.nextLocal(after + zone.offsetAt(after) + 1);
  while (local !== null) {
    const time = zone.instantOf(local);
    if (time > after) return time;
    local = fields.nextLocal(local + 1);
  }
  return null;
}

/** Day, hour and minute: offset in ms of the first and last time within each, and their count. */
function spans({ hours, minutes, seconds }: CronFields) {
  const secondSpan = span(minuteMs, 1, seconds, 1000);
  const minuteSpan = span(hourMs, secondSpan.count, minutes, minuteMs, secondSpan);
  return [span(dayMs, minuteSpan.count, hours, hourMs, minuteSpan), minuteSpan, secondSpan];
}

function span(
  ms: number,
  each: number,
  values: readonly number[],
  unit: number,
  inner = { first: 0, last: 0 },
) {
  return {
    ms,
    first: (values[0] ?? 0) * unit + inner.first,
    last: (values.at(-1) ?? 0) * unit + inner.last,
    count: values.length * each,
  };
}
