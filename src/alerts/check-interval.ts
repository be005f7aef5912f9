import type { Calendar } from '../calendar/calendar.js';
import type { Model } from '../domain/model.js';
import { dayMs } from '../domain/rollup.js';

/** A month that begins on a Monday. */
const month = { from: Date.UTC(2024, 0, 1) - 1, days: 31 };

/** ms from one check of the model to the next, for a cron the mean of a month; null when it is never checked. */
export function checkIntervalMs({ pause, schedule, id }: Model, calendar: Calendar): number | null {
  if (pause) return null;
  if (schedule.kind === 'every') return schedule.everyMs;
  const { count } = calendar.slotsBetween(schedule, id, month.from, month.from + month.days * dayMs);
  return count === 0 ? null : Math.round((month.days * dayMs) / count);
}
