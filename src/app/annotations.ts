import type { Clock } from '../domain/clock.js';
import type { Annotations } from '../http/port.js';
import type { Store } from '../store/port.js';
import type { Roster } from './roster.js';
import type { Tracked } from './tracked.js';

/** What people add to what was seen: stored first, then in force. */
export function createAnnotations(parts: {
  store: Store;
  clock: Clock;
  roster: Roster;
  /** Told when a model's exclusions are others than before; resolves when that is in force. */
  excluded: (tracked: Tracked) => Promise<void>;
}): Annotations {
  const { store, clock, roster } = parts;

  const replace = (tracked: Tracked, exclusions: Tracked['view']['exclusions']): Promise<void> => {
    tracked.view.exclusions = [...exclusions].sort((a, b) => a.from - b.from);
    return parts.excluded(tracked);
  };

  return {
    note: (incident, note) => store.addNote(incident, { at: clock.wall(), ...note }),
    async exclude(id, window) {
      const tracked = roster.get(id);
      if (tracked === undefined) return null;
      const exclusion = await store.exclude(tracked.view.key, { ...window, createdAt: clock.wall() });
      await replace(tracked, [...tracked.view.exclusions, exclusion]);
      return exclusion;
    },
    async include(id, exclusion) {
      const tracked = roster.get(id);
      if (tracked === undefined || !(await store.include(tracked.view.key, exclusion))) return false;
      await replace(
        tracked,
        tracked.view.exclusions.filter((known) => known.id !== exclusion),
      );
      return true;
    },
  };
}
