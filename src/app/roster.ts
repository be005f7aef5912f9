import { epochOf, sameEpoch } from '../domain/epoch.js';
import { hasValidResult, withNewRun } from '../domain/health.js';
import { hostOf, subjectOf, type Model } from '../domain/model.js';
import type { Plan } from '../scheduler/port.js';
import type { Store } from '../store/port.js';
import { rebase } from './rebase.js';
import { follow, reconfigure, type Tracked } from './tracked.js';

/** The models that are followed now. */
export interface Roster {
  get(id: string): Tracked | undefined;
  all(): Iterable<Tracked>;
  /** Puts another registry in force: new models are followed, changed ones go on, missing ones are let go. */
  replace(models: readonly Model[], now: number): Promise<RosterChange>;
  /** Puts every model on the fresh store that took the place of a damaged one. */
  rebase(now: number): Promise<void>;
  /** What the scheduler is to do for it. */
  plans(now: number): Plan[];
}

export interface RosterChange {
  readonly added: readonly Tracked[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export function createRoster(parts: {
  store: Store;
  nextDue: (id: string) => number | null;
  changed: (tracked: Tracked) => void;
}): Roster {
  const { store, nextDue } = parts;
  let roster = new Map<string, Tracked>();

  const update = (tracked: Tracked, model: Model, now: number): boolean => {
    const subject = subjectOf(model);
    const newRun = subject !== tracked.memory.subject;
    const epoch = epochOf(model, now, newRun);
    const { health, epochs } = tracked.memory;
    const differs = newRun || !sameEpoch(epoch, epochs.at(-1) ?? epochs[0]);
    if (differs) {
      tracked.memory = {
        ...tracked.memory,
        subject,
        epochs: [...epochs, epoch],
        health: newRun ? withNewRun(health, now) : health,
      };
      tracked.pending.epochs.push(epoch);
      parts.changed(tracked);
    }
    if (model.pause) tracked.watermark = null;
    const changed = JSON.stringify(model) !== JSON.stringify(tracked.view.model);
    reconfigure(tracked, model);
    return changed;
  };

  return {
    get: (id) => roster.get(id),
    all: () => roster.values(),
    async replace(models, now) {
      const next = new Map<string, Tracked>();
      const added: Tracked[] = [];
      for (const model of models) {
        if (roster.has(model.id)) continue;
        const known = await store.register(model.id, now, model.renameFrom);
        const tracked = follow(model, known, epochOf(model, known.firstSeen, false), nextDue);
        added.push(tracked);
        next.set(model.id, tracked);
      }
      const changed = models.filter((model) => {
        const tracked = roster.get(model.id);
        if (tracked !== undefined) next.set(model.id, tracked);
        return tracked !== undefined && update(tracked, model, now);
      });
      for (const tracked of added) {
        update(tracked, tracked.view.model, now);
        parts.changed(tracked);
      }
      const kept = new Set([...next.values()].map(({ view }) => view.key));
      const removed = [...roster].filter(([, { view }]) => !kept.has(view.key));
      for (const [, { view }] of removed) await store.retire(view.key, now);
      roster = new Map();
      for (const { id } of models) {
        const tracked = next.get(id);
        if (tracked !== undefined) roster.set(id, tracked);
      }
      return { added, removed: removed.map(([id]) => id), changed: changed.map(({ id }) => id) };
    },
    async rebase(now) {
      for (const tracked of roster.values()) {
        const { key } = await store.register(tracked.view.model.id, now, null);
        rebase(tracked, key, now);
      }
    },
    plans: (now) =>
      [...roster.values()]
        .filter(({ view }) => !view.model.pause)
        .map(({ view, memory }) => ({
          id: view.model.id,
          schedule: view.model.schedule,
          host: hostOf(view.model),
          ratePerMin: view.model.ratePerMin,
          hasValidResult: hasValidResult(memory.health, now),
          lastSlot: memory.health.settled,
        })),
  };
}
