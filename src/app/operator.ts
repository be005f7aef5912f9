import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { probeId } from '../domain/probes.js';
import { HttpError } from '../http/http-error.js';
import type { Annotations, Pauses } from '../http/port.js';
import type { Store } from '../store/port.js';
import type { Roster } from './roster.js';
import { show, type Tracked } from './tracked.js';

/** Exclusions and incident notes by operators: stored first, then applied. */
export function createAnnotations(parts: {
  store: Store;
  clock: Clock;
  roster: Roster;
  /** Called when a model's exclusions change; resolves when the change is applied. */
  excluded: (tracked: Tracked) => Promise<void>;
}): Annotations {
  const { store, clock, roster } = parts;

  /** The probes of a model, whose time is excluded with its own. */
  const probesOf = ({ view }: Tracked): Tracked[] =>
    view.probes.flatMap(({ name }) => roster.get(probeId(view.model.id, name)) ?? []);

  const replace = (tracked: Tracked, exclusions: Tracked['view']['exclusions']): Promise<void> => {
    show(tracked, { exclusions });
    return parts.excluded(tracked);
  };

  return {
    note: (incident, note) => store.addNote(incident, { at: clock.wall(), ...note }),
    async exclude(id, window) {
      const tracked = roster.get(id);
      if (tracked === undefined) return null;
      const exclusion = await store.exclude(tracked.view.key, { ...window, createdAt: clock.wall() });
      await replace(tracked, [...tracked.view.exclusions, exclusion]);
      for (const probe of probesOf(tracked)) {
        const its = await store.exclude(probe.view.key, { ...window, createdAt: exclusion.createdAt });
        await replace(probe, [...probe.view.exclusions, its]);
      }
      return exclusion;
    },
    async include(id, exclusion) {
      const tracked = roster.get(id);
      const excluded = tracked?.view.exclusions.find((known) => known.id === exclusion);
      if (tracked === undefined || !(await store.include(tracked.view.key, exclusion))) return false;
      for (const probe of probesOf(tracked)) {
        // One, since the same period may be excluded again for another reason.
        const its = probe.view.exclusions.find(
          ({ from, to }) => from === excluded?.from && to === excluded.to,
        );
        if (its === undefined) continue;
        await store.include(probe.view.key, its.id);
        await replace(
          probe,
          probe.view.exclusions.filter(({ id: one }) => one !== its.id),
        );
      }
      await replace(
        tracked,
        tracked.view.exclusions.filter((known) => known.id !== exclusion),
      );
      return true;
    },
  };
}

function notStored(paused: boolean): HttpError {
  const done = paused ? 'is paused' : 'is resumed';
  return new HttpError(
    503,
    'store_unavailable',
    `the model ${done}, but that is not stored yet: the database fails or does not answer. It is stored when the database answers; a restart before then undoes it`,
  );
}

/** Pauses by an operator, stored with the memory of the model so that restarts and reloads do not end them. */
export function createPauses(parts: {
  clock: Clock;
  roster: Roster;
  log: Logger;
  /** Applies the plans of the roster and writes changes; resolves with false when they cannot be written now. */
  replanned: () => Promise<boolean>;
}): Pauses {
  const { clock, roster, log } = parts;

  const set = async (id: string, paused: boolean): Promise<boolean> => {
    const tracked = roster.get(id);
    if (tracked === undefined) return false;
    if (!paused && tracked.configured.pause)
      throw new HttpError(
        409,
        'paused_by_configuration',
        'the configuration pauses the model; remove "pause: true" there and reload it',
      );
    // The probes of a model rest with it.
    for (const { name } of tracked.view.probes) {
      const probe = roster.get(probeId(id, name));
      if (probe !== undefined && probe.memory.pausedByOperator !== paused)
        roster.pauseByHand(probe, paused, clock.wall());
    }
    if (tracked.memory.pausedByOperator !== paused) {
      roster.pauseByHand(tracked, paused, clock.wall());
      log.info({ model: id }, paused ? 'model paused by an operator' : 'model resumed by an operator');
    }
    // Also where it is so already: an earlier call may have failed to store it.
    if (!(await parts.replanned())) throw notStored(paused);
    return true;
  };

  return { pause: (id) => set(id, true), resume: (id) => set(id, false) };
}
