import type { StateDurations } from '../domain/state.js';
import { compareWithObjective, errorBudgetMs, usedPercent, uptimeOf } from '../domain/uptime.js';
import { lastedSpan, span } from './figures.js';

/** An error budget over a time, by the arithmetic of `modelpulse report`. */
export interface BudgetText {
  /** Share that is used, 0 to 1 and above. */
  readonly used: number;
  readonly over: boolean;
  /** `53 min left` or `1 h 25 min over` */
  readonly left: string;
  /** `75.12 % used` */
  readonly share: string;
  /** The whole of it: `3 h 9 min` */
  readonly whole: string;
}

/** A share of an error budget as `modelpulse report` has it. */
export const usedText = (used: number): string => usedPercent(used).replace('%', ' %');

/** Null where nothing is known. */
export function budgetText(objective: number, durations: StateDurations): BudgetText | null {
  const { budgetUsed } = compareWithObjective(objective, durations);
  if (budgetUsed === null || uptimeOf(durations).uptime === null) return null;
  const whole = errorBudgetMs(objective, durations);
  const left = whole - durations.unhealthy;
  const over = budgetUsed > 1;
  return {
    used: budgetUsed,
    over,
    left: over ? `${lastedSpan(-left)} over` : `${span(left)} left`,
    share: `${usedText(budgetUsed)} used`,
    whole: span(whole),
  };
}
