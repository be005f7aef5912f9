import type { Calendar } from '../calendar/calendar.js';
import { modelMatcher } from '../config/maintenance.js';
import type { MaintenanceRule } from '../config/settings.js';
import { merge } from '../domain/intervals.js';
import { dayMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { uptimeWindows } from '../domain/view.js';
import { addWindows, type Tracked } from './tracked.js';

export interface Windows {
  /**
   * Records windows that have started; cheap when none has. Windows start at full seconds, so one call a second is exact. After a gap of
   * over 3 s it also records windows that passed in the gap.
   */
  sweep(now: number): void;
  /**
   * Replaces the rules from `now` on; recorded past windows stay, and running ones that the new rules lack end. For models in `added`,
   * windows since their last slot are recorded, at most 90 days back and 100,000 in total.
   */
  replace(rules: readonly MaintenanceRule[], now: number, added: readonly Tracked[]): void;
  /** Applies changed exclusions of a model: the part after its creation is recorded as a window. */
  excluded(tracked: Tracked, now: number): void;
}

/** ms between two sweeps, normally a second apart, after which the process or the machine is taken to have slept. */
const sleptMs = 3_000;

/** How far back missed windows are added, in ms: the longest uptime window. */
const caughtUpMs = uptimeWindows['90d'] * dayMs;

/** Most missed windows that are recorded at once, over all models, and least for one: they wait in memory for their write. */
const mostCaughtUp = 100_000;
const leastCaughtUp = 10;

type Rule = MaintenanceRule & { readonly matches: (id: string) => boolean };

/** The rules that cover a model and their last computed windows, shared by models with the same rules. */
interface Group {
  readonly rules: readonly Rule[];
  plan: { readonly from: number; readonly to: number; readonly windows: readonly Interval[] } | null;
}

/** Maintains maintenance windows. They are recorded when they start, so that later edits do not change the past. */
export function createWindows(
  calendar: Calendar,
  models: () => Iterable<Tracked>,
  changed: (tracked: Tracked) => void,
  /** Called when missed windows were left out: so many models have only their newest `most`. */
  shortened: (models: number, most: number) => void = () => undefined,
): Windows {
  let rules: readonly Rule[] = [];
  let groups = new Map<string, Group>();
  let groupOf = new WeakMap<Tracked, Group>();
  let second = 0;
  /** Unix ms of the last sweep. */
  let swept = Infinity;
  /** The open windows as JSON, to detect the start of another. */
  let open = '[]';
  /** Unix ms of the next start of an exclusion. */
  let nextExclusion = Infinity;

  const groupFor = (tracked: Tracked): Group => {
    const known = groupOf.get(tracked);
    if (known !== undefined) return known;
    const covering = rules.filter(({ matches }) => matches(tracked.view.model.id));
    const name = covering.map((rule) => rules.indexOf(rule)).join();
    const group = groups.get(name) ?? { rules: covering, plan: null };
    groups.set(name, group);
    groupOf.set(tracked, group);
    return group;
  };

  /** Windows of the rules for the model in [from, to), from a shared list that starts at `listFrom`. */
  const planned = (tracked: Tracked, from: number, to: number, listFrom: number): readonly Interval[] => {
    const group = groupFor(tracked);
    if (group.plan?.from !== listFrom || group.plan.to !== to) {
      group.plan = { from: listFrom, to, windows: calendar.windows(group.rules, listFrom, to) };
    }
    const { windows } = group.plan;
    return listFrom === from ? windows : windows.filter((window) => window.to > from);
  };

  const windowsOf = (tracked: Tracked, from: number, to: number, listFrom = from): readonly Interval[] => {
    const windows = planned(tracked, from, to, listFrom);
    // Time before the exclusion was created stays as recorded; the exclusion is applied when history is read.
    const ahead = tracked.view.exclusions
      .map((each) => ({ from: Math.max(each.from, each.createdAt), to: each.to }))
      .filter((each) => each.from < to && each.to > from);
    return ahead.length === 0 ? windows : merge([...windows, ...ahead]);
  };

  const expectExclusions = (now: number): void => {
    nextExclusion = Infinity;
    for (const { view } of models()) {
      for (const { from } of view.exclusions) if (from > now && from < nextExclusion) nextExclusion = from;
    }
  };

  /** Records the new windows of the plan, clipped to start at `earliest`. */
  const follow = (tracked: Tracked, plan: readonly Interval[], now: number, earliest: number): void => {
    if (plan.length === 0) return;
    const { windows } = tracked.memory.health;
    const ends = new Set(windows.map(({ to }) => to));
    // A plan may extend an open window, but neither changes its start nor ends it before the newest slot, whose result used it.
    const begun = windows.find((known) => known.from <= now && now < known.to);
    const fresh = plan
      .filter(({ to }) => !ends.has(to) && !(begun !== undefined && now < to && to < begun.to))
      .map(({ from, to }) => ({
        from: (to > now ? begun?.from : undefined) ?? Math.max(from, earliest),
        to,
      }));
    if (fresh.length === 0) return;
    addWindows(tracked, fresh);
    changed(tracked);
  };

  const followNow = (tracked: Tracked, now: number, earliest: number): void => {
    follow(tracked, windowsOf(tracked, now, now + 1), now, earliest);
  };

  /** Records windows that started after each model's newest slot and after `since`. */
  const followSince = (followed: Iterable<Tracked>, since: number, now: number): void => {
    const late = [...followed].map((tracked) => {
      const { watermark, memory } = tracked;
      const seen = Math.max(memory.health.settled, watermark ?? 0, since);
      return { tracked, from: Math.max(seen + 1, now - caughtUpMs) };
    });
    const listFrom = late.reduce((least, { from }) => Math.min(least, from), Infinity);
    const most = Math.max(leastCaughtUp, Math.floor(mostCaughtUp / late.length));
    let cutShort = 0;
    for (const { tracked, from } of late) {
      const windows = windowsOf(tracked, from, now + 1, listFrom);
      if (windows.length > most) cutShort += 1;
      follow(tracked, windows.slice(-most), now, from);
    }
    if (cutShort > 0) shortened(cutShort, most);
  };

  /** Ends windows that the current rules no longer contain, but not before the newest slot, whose result used them. */
  const cut = (tracked: Tracked, now: number): void => {
    const { settled, windows } = tracked.memory.health;
    if (windows.length === 0) return;
    const wanted = new Set(windowsOf(tracked, now, now + 1).map(({ to }) => to));
    const end = Math.max(now, settled + 1);
    const ended = windows.filter(({ to }) => to > end && !wanted.has(to));
    if (ended.length === 0) return;
    addWindows(
      tracked,
      ended.map(({ from }) => ({ from, to: Math.max(end, from) })),
    );
    changed(tracked);
  };

  return {
    sweep(now) {
      if (Math.floor(now / 1_000) === second) return;
      second = Math.floor(now / 1_000);
      // Windows that started and ended during the sleep count as well.
      if (now - swept > sleptMs) followSince(models(), swept, now);
      swept = now;
      const active = JSON.stringify(rules.map((rule) => calendar.windows([rule], now, now + 1)));
      if (active === open && now < nextExclusion) return;
      open = active;
      for (const tracked of models()) followNow(tracked, now, 0);
      expectExclusions(now);
    },
    replace(next, now, added) {
      rules = next.map((rule) => ({ ...rule, matches: modelMatcher(rule) }));
      second = 0;
      swept = now;
      open = '';
      groups = new Map();
      groupOf = new WeakMap();
      const fresh = new Set(added);
      for (const tracked of models()) {
        cut(tracked, now);
        if (!fresh.has(tracked)) followNow(tracked, now, now);
      }
      followSince(fresh, 0, now);
      expectExclusions(now);
    },
    excluded(tracked, now) {
      cut(tracked, now);
      followNow(tracked, now, now);
      expectExclusions(now);
    },
  };
}
