import { setImmediate } from 'node:timers/promises';
import { createCalendar } from '../../calendar/calendar.js';
import { modelMatcher } from '../../config/maintenance.js';
import type { MaintenanceRule } from '../../config/settings.js';
import { dayMs, hourMs } from '../../domain/period.js';
import type { Interval } from '../../domain/state.js';
import { addAll } from '../../domain/list.js';

const aheadDays = 14;
/** Windows of one rule: of one that repeats each hour the next ones say enough. */
const mostOfRule = 3;

/** Times whose rule is remembered: a page is made every 10 s. */
const mostRemembered = 10_000;

export interface PlannedWindow extends Interval {
  readonly rule: MaintenanceRule;
}

/** The next windows of maintenance rules. */
export interface PlannedMaintenance {
  /** Those that begin after `now`, of rules that cover one of the models. */
  of(
    rules: readonly MaintenanceRule[],
    ids: readonly string[],
    now: number,
  ): Promise<readonly PlannedWindow[]>;
  /** The rule that covers the model at `time`; null without one. */
  ruleAt(rules: readonly MaintenanceRule[], id: string, time: number): MaintenanceRule | null;
}

export function createPlannedMaintenance(): PlannedMaintenance {
  const calendar = createCalendar();
  /** By rule; a reload has other rules. Computed anew each hour. */
  const known = new WeakMap<
    MaintenanceRule,
    { readonly hour: number; readonly windows: readonly Interval[] }
  >();

  const covering = new WeakMap<readonly MaintenanceRule[], Map<string, MaintenanceRule | null>>();

  const find = (rule: MaintenanceRule, from: number): readonly Interval[] => {
    if (rule.kind === 'fixed') return rule.from < from + aheadDays * dayMs && rule.to > from ? [rule] : [];
    const found: Interval[] = [];
    // Day by day: a window every minute has twenty thousand in two weeks.
    for (let day = 0; day < aheadDays && found.length <= mostOfRule + 1; day += 1) {
      const start = from + day * dayMs;
      for (const window of calendar.windows([rule], start, start + dayMs)) {
        const last = found.at(-1);
        if (last === undefined || window.from > last.to) found.push(window);
        else found[found.length - 1] = { from: last.from, to: Math.max(last.to, window.to) };
      }
    }
    return found;
  };

  const windowsOf = (rule: MaintenanceRule, now: number): readonly Interval[] => {
    const hour = Math.floor(now / hourMs);
    const before = known.get(rule);
    if (before?.hour === hour) return before.windows;
    const windows = find(rule, hour * hourMs);
    known.set(rule, { hour, windows });
    return windows;
  };

  return {
    async of(rules, ids, now) {
      const planned: PlannedWindow[] = [];
      for (const [index, rule] of rules.entries()) {
        if (index % 10 === 9) await setImmediate();
        if (!ids.some(modelMatcher(rule))) continue;
        const ahead = windowsOf(rule, now).filter(({ from }) => from > now);
        addAll(
          planned,
          ahead.slice(0, mostOfRule).map(({ from, to }) => ({ from, to, rule })),
        );
      }
      return planned;
    },
    ruleAt(rules, id, time) {
      const known = covering.get(rules) ?? new Map<string, MaintenanceRule | null>();
      covering.set(rules, known);
      const name = `${time} ${id}`;
      const before = known.get(name);
      if (before !== undefined) return before;
      const covers = (rule: MaintenanceRule): boolean =>
        modelMatcher(rule)(id) && calendar.windows([rule], time, time + 1).length > 0;
      const found = rules.find(covers) ?? null;
      if (known.size >= mostRemembered) known.clear();
      known.set(name, found);
      return found;
    },
  };
}
