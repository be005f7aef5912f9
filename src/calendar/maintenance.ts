import { merge } from '../domain/intervals.js';
import type { Interval } from '../domain/state.js';
import type { CronCalendar } from './cron.js';

/** A window of `durationMs` of elapsed time at each time of a cron expression. */
interface RecurringRule {
  readonly kind: 'recurring';
  readonly cron: string;
  readonly timezone: string;
  readonly durationMs: number;
}

/** A window that does not repeat. */
interface FixedRule extends Interval {
  readonly kind: 'fixed';
}

export type WindowRule = RecurringRule | FixedRule;

/**
 * The windows that overlap [from, to), unclipped, in ascending order; overlapping and adjacent ones are joined. Windows
 * outside are not joined, even if they are adjacent.
 */
export function maintenanceWindows(
  cron: CronCalendar,
  rules: readonly WindowRule[],
  from: number,
  to: number,
): Interval[] {
  const windows = rules.flatMap((rule) => windowsOf(cron, rule, from, to));
  return merge(windows);
}

function windowsOf(cron: CronCalendar, rule: WindowRule, from: number, to: number): Interval[] {
  switch (rule.kind) {
    case 'recurring':
      return recurring(cron, rule, from, to);
    case 'fixed':
      return rule.from < to && rule.to > from ? [{ from: rule.from, to: rule.to }] : [];
  }
}

/** Enough of the windows for the same union before `to`. */
function recurring(cron: CronCalendar, rule: RecurringRule, from: number, to: number): Interval[] {
  const windows: Interval[] = [];
  let start = cron.next(rule.cron, rule.timezone, from - rule.durationMs);
  while (start !== null && start < to) {
    windows.push({ from: start, to: start + rule.durationMs });
    start = following(cron, rule, start, to);
  }
  return windows;
}

/** Start of the next window to include: the next one, or a later one that starts within the window of `start`; those in between add nothing. */
function following(cron: CronCalendar, rule: RecurringRule, start: number, to: number): number | null {
  const next = cron.next(rule.cron, rule.timezone, start);
  const last = Math.min(start + rule.durationMs, to - 1);
  if (next === null || next > last) return next;
  for (let step = last - start; step >= 1_000; step /= 2) {
    const far = cron.next(rule.cron, rule.timezone, start + Math.floor(step) - 1_000);
    if (far !== null && far <= last && far > next) return far;
  }
  return next;
}
