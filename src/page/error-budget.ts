import type { StateDurations } from '../domain/state.js';
import { compareWithObjective, usedPercent, uptimeOf } from '../domain/uptime.js';
import { span } from './figures.js';

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

/** Null where nothing is known. */
export function budgetText(objective: number, durations: StateDurations): BudgetText | null {
  const { budgetUsed } = compareWithObjective(objective, durations);
  if (budgetUsed === null || uptimeOf(durations).uptime === null) return null;
  // Whole ms: 1 - 0.99 is not exactly 0.01.
  const known = durations.healthy + durations.degraded + durations.unhealthy;
  const whole = Math.round((1 - objective) * known);
  const left = whole - durations.unhealthy;
  const over = budgetUsed > 1;
  return {
    used: budgetUsed,
    over,
    left: `${span(Math.abs(left))} ${over ? 'over' : 'left'}`,
    share: `${usedPercent(budgetUsed).replace('%', ' %')} used`,
    whole: span(whole),
  };
}
