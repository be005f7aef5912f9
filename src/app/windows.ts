import type { Calendar } from '../calendar/calendar.js';
import { modelMatcher } from '../config/maintenance.js';
import type { MaintenanceRule } from '../config/settings.js';
import { withWindow } from '../domain/health.js';
import { merge } from '../domain/intervals.js';
import type { Interval } from '../domain/state.js';
import { pendingOf, type Tracked } from './tracked.js';

export interface Windows {
  /** Opens windows that have begun; cheap when none has. Windows begin at full seconds, so once a second is exact. */
  sweep(now: number): void;
  /**
   * Puts other rules in force: what a window has covered stays, what is left of it follows the new rules, and nothing
   * before `now` becomes maintenance, but for windows that began while nobody followed the models in `added`.
   */
  replace(rules: readonly MaintenanceRule[], now: number, added: readonly Tracked[]): void;
  /** The exclusions of the model are others than before: what is left of them is a window from now on. */
  excluded(tracked: Tracked, now: number): void;
}

/** Keeps what of the window lies after the newest slot; an empty one deletes that with its beginning. */
function note(tracked: Tracked, window: Interval): void {
  const health = withWindow(tracked.memory.health, window);
  tracked.memory = { ...tracked.memory, health };
  const empty = window.to <= window.from;
  const stored = empty ? window : health.windows.find(({ to }) => to === window.to);
  if (stored !== undefined) pendingOf(tracked).maintenance.set(stored.from, stored);
}

/** Sweeps come once a second; after so long without one the process or the machine slept. */
const sleptMs = 3_000;

/** Keeps maintenance windows: noted when they begin, so that later edits do not change the past. */
export function createWindows(
  calendar: Calendar,
  models: () => Iterable<Tracked>,
  changed: (tracked: Tracked) => void,
): Windows {
  let rules: readonly (MaintenanceRule & { readonly matches: (id: string) => boolean })[] = [];
  let second = 0;
  /** Unix ms of the last sweep. */
  let swept = Infinity;
  /** Windows that are open, as text, to see when another begins. */
  let open = '[]';
  /** Unix ms of the next beginning of an exclusion. */
  let nextExclusion = Infinity;

  const windowsOf = ({ view }: Tracked, from: number, to: number): Interval[] => {
    const matching = rules.filter(({ matches }) => matches(view.model.id));
    // What lay behind when it was excluded was watched: it is told otherwise, but not recorded otherwise.
    const ahead = view.exclusions
      .map((each) => ({ from: Math.max(each.from, each.createdAt), to: each.to }))
      .filter((each) => each.from < to && each.to > from);
    return merge([...calendar.windows(matching, from, to), ...ahead]);
  };

  const expectExclusions = (now: number): void => {
    nextExclusion = Infinity;
    for (const { view } of models()) {
      for (const { from } of view.exclusions) if (from > now && from < nextExclusion) nextExclusion = from;
    }
  };

  /** Notes windows in [from, now] that are new; none of them begins before `earliest`. */
  const follow = (tracked: Tracked, from: number, now: number, earliest: number): void => {
    for (const window of windowsOf(tracked, from, now + 1)) {
      const { windows } = tracked.memory.health;
      if (windows.some(({ to }) => to === window.to)) continue;
      // One that is open goes on for longer, but has not begun earlier.
      const begun = windows.find((known) => known.from <= now && now < known.to && now < window.to);
      note(tracked, { from: begun?.from ?? Math.max(window.from, earliest), to: window.to });
      changed(tracked);
    }
  };

  /** Notes windows that began since the model was followed last, and after `since`. */
  const followSince = (tracked: Tracked, since: number, now: number): void => {
    const { watermark, memory } = tracked;
    const unfollowed = Math.max(memory.health.settled, watermark ?? 0, since) + 1;
    follow(tracked, unfollowed, now, unfollowed);
  };

  /** Ends windows that the rules in force no longer know, but not before the newest slot, which was judged by them. */
  const cut = (tracked: Tracked, now: number): void => {
    const wanted = windowsOf(tracked, now, now + 1);
    const { settled, windows } = tracked.memory.health;
    const end = Math.max(now, settled + 1);
    for (const window of windows) {
      if (window.to <= end || wanted.some(({ to }) => to === window.to)) continue;
      note(tracked, { from: window.from, to: Math.max(end, window.from) });
      changed(tracked);
    }
  };

  return {
    sweep(now) {
      if (Math.floor(now / 1_000) === second) return;
      second = Math.floor(now / 1_000);
      // What began and ended meanwhile was planned nonetheless.
      if (now - swept > sleptMs) for (const tracked of models()) followSince(tracked, swept, now);
      swept = now;
      const active = JSON.stringify(rules.map((rule) => calendar.windows([rule], now, now + 1)));
      if (active === open && now < nextExclusion) return;
      open = active;
      for (const tracked of models()) follow(tracked, now, now, 0);
      expectExclusions(now);
    },
    replace(next, now, added) {
      rules = next.map((rule) => ({ ...rule, matches: modelMatcher(rule) }));
      second = 0;
      swept = now;
      open = '';
      const fresh = new Set(added);
      for (const tracked of models()) {
        cut(tracked, now);
        if (fresh.has(tracked)) followSince(tracked, 0, now);
        else follow(tracked, now, now, now);
      }
      expectExclusions(now);
    },
    excluded(tracked, now) {
      cut(tracked, now);
      follow(tracked, now, now, now);
      expectExclusions(now);
    },
  };
}
