import type { Calendar } from '../calendar/calendar.js';
import { formatDuration } from '../domain/duration.js';
import type { Model } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import { highest } from '../domain/list.js';

/** Checks and tokens of a model in a UTC day, on the busiest day of a month. */
export interface DailyUse {
  readonly model: Model;
  readonly checks: number;
  /** Null when unknown. */
  readonly tokens: number | null;
}

/** A month that begins on a Monday. */
const firstDay = Date.UTC(2024, 0, 1);
const days = 31;

function checksADay({ pause, schedule, id, ratePerMin }: Model, calendar: Calendar): number {
  if (pause) return 0;
  if (schedule.kind === 'every') return Math.ceil(dayMs / schedule.everyMs);
  const counts = Array.from({ length: days }, (_, day) => {
    const from = firstDay + day * dayMs - 1;
    return calendar.slotsBetween(schedule, id, from, from + dayMs).count;
  });
  return Math.min(highest(counts), (ratePerMin ?? Infinity) * 24 * 60);
}

/** Estimates a model's day; `tokens` are those of one check. */
export function dailyUse(model: Model, calendar: Calendar, tokens: number | null): DailyUse {
  const checks = checksADay(model, calendar);
  return { model, checks, tokens: tokens === null ? null : checks * tokens };
}

export const count = (amount: number): string => amount.toLocaleString('en-US');

/** How the day exceeds the model's budget, and which schedule would not; null within the budget. */
export function budgetWarning({ model, checks, tokens }: DailyUse): string | null {
  const { id, tokensPerDay: budget, schedule } = model;
  if (budget === null || tokens === null || tokens <= budget) return null;
  const fitting = Math.floor((budget * checks) / tokens);
  const interval = formatDuration(Math.ceil(dayMs / fitting / 1_000) * 1_000);
  const advice =
    fitting === 0
      ? 'not even one check a day fits'
      : schedule.kind === 'every'
        ? `"every: ${interval}" would fit`
        : `${count(fitting)} checks a day would fit`;
  return `model ${id}: up to ${count(tokens)} tokens a day are beyond budget.tokens_per_day ${count(budget)}; ${advice}`;
}
