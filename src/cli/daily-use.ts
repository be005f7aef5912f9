import type { Calendar } from '../calendar/calendar.js';
import { formatDuration } from '../domain/duration.js';
import { balanceApiFor } from '../checker/ask/balance-apis.js';
import { tokensIn } from '../domain/budget.js';
import { amountText, costOfTokens, nanosPerUnit } from '../domain/cost.js';
import type { Model } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import type { Usage } from '../domain/result.js';
import { highest } from '../domain/list.js';

/** Checks and tokens of a model in a UTC day, on the busiest day of a month. */
export interface DailyUse {
  readonly model: Model;
  readonly checks: number;
  /** Null when unknown. */
  readonly tokens: number | null;
  /** In billionths of the currency of the price; null when unknown. */
  readonly cost: number | null;
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

/** Estimates a model's day; `usage` is that of one check. */
export function dailyUse(model: Model, calendar: Calendar, usage: Usage | null): DailyUse {
  const checks = checksADay(model, calendar);
  const { price = null, probe } = model;
  if (usage === null) return { model, checks, tokens: null, cost: null };
  const each = price === null || probe === 'models' ? null : costOfTokens(price, usage);
  return {
    model,
    checks,
    tokens: checks * tokensIn(usage),
    cost: each === null ? null : checks * each,
  };
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

const daysOfMonth = 31;
/** Models that a warning names; further ones are counted. */
const mostNamed = 10;

/** Names the models whose checks cost something that is not known; null for none. */
export function unpricedText(uses: readonly DailyUse[]): string | null {
  const without = uses
    .filter(
      ({ model, tokens }) => (model.price ?? null) === null && model.probe !== 'models' && tokens !== null,
    )
    .map(({ model }) => model.id);
  if (without.length === 0) return null;
  const more = without.length > mostNamed ? ` and ${without.length - mostNamed} more` : '';
  return `Without a known price, so without a cost ("price" sets one, 0 for none): ${without.slice(0, mostNamed).join(', ')}${more}.`;
}

/** Budgets in dollars that are too small or cannot be kept, and balances that nobody tells. */
export function costWarnings(uses: readonly DailyUse[]): string[] {
  const warnings: string[] = [];
  for (const { model, cost } of uses) {
    const { id, usdPerMonth = null, balance = null, provider } = model;
    if (balance !== null && balanceApiFor(model) === null)
      warnings.push(`model ${id}: balance has no effect: no API for the balance of ${provider} is known`);
    if (usdPerMonth === null) continue;
    const budget = usdPerMonth * nanosPerUnit;
    if (cost === null)
      warnings.push(`model ${id}: budget.usd_per_month cannot be kept without a known price; set "price"`);
    else if (cost * daysOfMonth > budget)
      warnings.push(
        `model ${id}: up to ${amountText(cost * daysOfMonth, 'USD')} a month are beyond budget.usd_per_month ${amountText(budget, 'USD')}`,
      );
  }
  return warnings;
}
