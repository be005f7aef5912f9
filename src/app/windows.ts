import type { Calendar } from '../calendar/calendar.js';
import { matchesModel } from '../config/maintenance.js';
import type { MaintenanceRule } from '../config/settings.js';
import { withWindow } from '../domain/health.js';
import type { Interval } from '../domain/state.js';
import type { Tracked } from './tracked.js';

export interface Windows {
  /** Opens windows that have begun; cheap when none has. Windows begin at full seconds, so once a second is exact. */
  sweep(now: number): void;
  /** Notes windows that began since the model was last heard of. */
  adopt(tracked: Tracked, now: number): void;
  /** Puts other rules in force: what a window has covered stays, what is left of it follows the new rules. */
  replace(rules: readonly MaintenanceRule[], now: number): void;
}

function note(tracked: Tracked, window: Interval): void {
  const health = withWindow(tracked.memory.health, window);
  tracked.memory = { ...tracked.memory, health };
  const stored = health.windows.find(({ to }) => to === window.to) ?? window;
  tracked.pending.maintenance.set(stored.from, stored);
}

/** Keeps maintenance windows: noted when they begin, so that later edits do not change the past. */
export function createWindows(
  calendar: Calendar,
  models: () => Iterable<Tracked>,
  changed: (tracked: Tracked) => void,
): Windows {
  let rules: readonly MaintenanceRule[] = [];
  let second = 0;
  /** Windows that are open, as text, to see when another begins. */
  let open = '[]';

  const windowsOf = (id: string, from: number, to: number): Interval[] =>
    calendar.windows(
      rules.filter((rule) => matchesModel(rule, id)),
      from,
      to,
    );

  const follow = (tracked: Tracked, from: number, now: number): void => {
    const known = tracked.memory.health.windows;
    for (const window of windowsOf(tracked.view.model.id, from, now + 1)) {
      if (known.some((other) => other.from <= window.from && other.to === window.to)) continue;
      note(tracked, window);
      changed(tracked);
    }
  };

  return {
    sweep(now) {
      if (Math.floor(now / 1_000) === second) return;
      second = Math.floor(now / 1_000);
      const active = JSON.stringify(rules.map((rule) => calendar.windows([rule], now, now + 1)));
      if (active === open) return;
      open = active;
      for (const tracked of models()) follow(tracked, now, now);
    },
    adopt(tracked, now) {
      follow(tracked, tracked.memory.health.settled + 1, now);
    },
    replace(next, now) {
      rules = next;
      second = 0;
      open = '';
      for (const tracked of models()) {
        const wanted = windowsOf(tracked.view.model.id, now, now + 1);
        for (const window of tracked.memory.health.windows) {
          if (window.to <= now || wanted.some(({ to }) => to === window.to)) continue;
          note(tracked, { from: window.from, to: Math.max(now, window.from) });
          changed(tracked);
        }
      }
    },
  };
}
