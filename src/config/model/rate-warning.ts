import { createCalendar } from '../../calendar/calendar.js';
import { formatDuration } from '../../domain/duration.js';
import type { Schedule } from '../../domain/schedule.js';

function comesMoreOften(schedule: Schedule, ratePerMin: number, id: string): boolean {
  const calendar = createCalendar();
  const first = calendar.nextSlot(schedule, id, Date.UTC(2024, 0, 1));
  return (
    first !== null && calendar.slotsBetween(schedule, id, first - 1, first + 60_000 - 1).count > ratePerMin
  );
}

/** How `rate_per_min` gets in the way of a schedule, and what becomes of it; null when it does not. */
export function rateWarning(
  asked: Schedule,
  allowed: Schedule,
  ratePerMin: number | null,
  id: string,
): string | null {
  if (ratePerMin === null) return null;
  if (asked.kind === 'every' && allowed.kind === 'every' && asked.everyMs !== allowed.everyMs) {
    const [from, to] = [formatDuration(asked.everyMs), formatDuration(allowed.everyMs)];
    return `allows ${ratePerMin} checks a minute: the interval of ${from} is stretched to ${to}`;
  }
  if (asked.kind === 'cron' && comesMoreOften(asked, ratePerMin, id)) {
    return `allows ${ratePerMin} checks a minute: the cron comes more often, and checks beyond the rate end as rate_budget`;
  }
  return null;
}
