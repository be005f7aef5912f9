import { merge } from '../domain/intervals.js';
import type { Interval } from '../domain/state.js';
import type { CronCalendar } from './cron.js';

/** Windows that begin at each time of a cron expression and last `durationMs` of elapsed time. */
interface RecurringWindow {
  readonly kind: 'recurring';
  readonly cron: string;
  readonly timezone: string;
  readonly durationMs: number;
}

/** A window that comes once. */
interface FixedWindow extends Interval {
  readonly kind: 'fixed';
}

export type WindowRule = RecurringWindow | FixedWindow;

/**
 * The windows that overlap [from, to), whole, in order; those that overlap or touch one another are one. A window
 * that ended by `from` is left out, even where it touches one that did not.
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

/** Windows whose union is that of all: of those that overlap, many are left out. */
function recurring(cron: CronCalendar, rule: RecurringWindow, from: number, to: number): Interval[] {
  const windows: Interval[] = [];
  let start = cron.next(rule.cron, rule.timezone, from - rule.durationMs);
  while (start !== null && start < to) {
    windows.push({ from: start, to: start + rule.durationMs });
    start = following(cron, rule, start, to);
  }
  return windows;
}

/** A later beginning: the next one, or one before `to` that the window of `start` reaches, with those between covered by both. */
function following(cron: CronCalendar, rule: RecurringWindow, start: number, to: number): number | null {
  const next = cron.next(rule.cron, rule.timezone, start);
  const last = Math.min(start + rule.durationMs, to - 1);
  if (next === null || next > last) return next;
  for (let step = last - start; step >= 1_000; step /= 2) {
    const far = cron.next(rule.cron, rule.timezone, start + Math.floor(step) - 1_000);
    if (far !== null && far <= last && far > next) return far;
  }
  return next;
}
