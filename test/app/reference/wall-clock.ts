import type { WindowRule } from '../../../src/calendar/maintenance.js';
import { hourMs } from '../../../src/domain/period.js';
import { hashFraction, type Schedule } from '../../../src/domain/schedule.js';

const minuteMs = 60_000;
const offsets = new Map<string, number>();

/** ms the clocks of the zone are ahead of UTC. No zone changes its clocks within an hour of UTC here. */
function offsetAt(time: number, timezone: string): number {
  const hour = Math.floor(time / hourMs) * hourMs;
  const key = `${timezone} ${hour}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(hour);
  const offset = Date.parse(`${text.replace(' ', 'T')}Z`) - hour;
  offsets.set(key, offset);
  return offset;
}

/** The values up to `most` that a field of a cron expression (`*`, a step such as `*` over 15, or a list) holds. */
function valuesOf(field: string, most: number): ReadonlySet<number> {
  const all = Array.from({ length: most + 1 }, (_, value) => value);
  if (field === '*') return new Set(all);
  const step = /^\*\/(\d+)$/.exec(field)?.[1];
  return new Set(
    step === undefined ? field.split(',').map(Number) : all.filter((value) => value % Number(step) === 0),
  );
}

/**
 * Every time of a cron expression (minute and hour alone) in [from, to), by looking at every minute: one that covers every
 * hour goes by what the clocks show; one that names hours is a time of day, which comes once, at the first minute at which
 * the clocks have shown it or more.
 */
function cronTimes(expression: string, timezone: string, from: number, to: number): number[] {
  const [minute = '', hour = ''] = expression.split(' ');
  const [minutes, hours] = [valuesOf(minute, 59), valuesOf(hour, 23)];
  const fits = (local: number): boolean =>
    minutes.has(Math.floor(local / minuteMs) % 60) && hours.has(Math.floor(local / hourMs) % 24);
  const times: number[] = [];
  // Clocks that were set back have shown more before.
  const begin = Math.floor(from / minuteMs) * minuteMs - 3 * hourMs;
  let shown = begin + offsetAt(begin, timezone);
  for (let time = begin + minuteMs; time < to; time += minuteMs) {
    const local = time + offsetAt(time, timezone);
    let due = hour === '*' && fits(local);
    if (hour !== '*') for (let each = shown + minuteMs; each <= local; each += minuteMs) due ||= fits(each);
    shown = Math.max(shown, local);
    if (due && time >= from) times.push(time);
  }
  return times;
}

/** The windows of a rule that overlap [from, to), one by one. */
export function windowTimes(rule: WindowRule, from: number, to: number): { from: number; to: number }[] {
  if (rule.kind === 'fixed')
    return rule.from < to && rule.to > from ? [{ from: rule.from, to: rule.to }] : [];
  return cronTimes(rule.cron, rule.timezone, from - rule.durationMs + 1, to).map((start) => ({
    from: start,
    to: start + rule.durationMs,
  }));
}

/** The first slot after `after`; a cron has to come at least once in two days, and has no spread. */
export function slotAfter(schedule: Schedule, id: string, after: number): number {
  if (schedule.kind === 'every') {
    const phase = Math.floor(hashFraction(id) * schedule.everyMs);
    let slot = phase + Math.floor(after / schedule.everyMs - 2) * schedule.everyMs;
    while (slot <= after) slot += schedule.everyMs;
    return slot;
  }
  for (let from = after + 1; ; from += 2 * hourMs) {
    const [first] = cronTimes(schedule.expression, schedule.timezone, from, from + 2 * hourMs);
    if (first !== undefined) return first;
  }
}
