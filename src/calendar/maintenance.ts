import { merge } from '../domain/intervals.js';
import type { Interval } from '../domain/state.js';
import type { CronCalendar } from './cron.js';

/** A window at each time of a cron expression; it lasts `durationMs`, also across a clock change. */
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
 * Returns the windows that overlap [from, to), in Unix ms, ascending and at full length. Overlapping and adjacent windows are
 * joined; one that does not overlap [from, to) is left out, even if it touches one that does.
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

/** Windows of the rule whose union equals that of all its windows that start before `to`; covered ones are skipped. */
function recurring(cron: CronCalendar, rule: RecurringRule, from: number, to: number): Interval[] {
  const windows: Interval[] = [];
  let start = cron.next(rule.cron, rule.timezone, from - rule.durationMs);
  while (start !== null && start < to) {
    windows.push({ from: start, to: start + rule.durationMs });
    start = following(cron, rule, start, to);
  }
  return windows;
}

/** Start of the next window. Of those that start within the window of `start`, it may be a later one: the others are covered. */
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
