import { dayMs, minuteMs } from '../../domain/period.js';
import type { Incident } from '../../domain/incident.js';
import type { Interval } from '../../domain/state.js';
import type { ModelView } from '../../domain/view.js';
import type { Backend } from '../port.js';
import { inTurns } from './loop-turns.js';

/** What a page tells of a model's past. */
export interface StatusPast {
  /** Newest first. */
  readonly incidents: readonly Pick<Incident, 'openedAt' | 'closedAt' | 'reason'>[];
  /** Maintenance as it was recorded, under way included. */
  readonly windows: readonly Interval[];
}

interface Kept extends StatusPast {
  readonly stamp: string;
  /** Unix ms after which it is read again: retention deletes. */
  readonly until: number;
}

const longestPastMs = 366 * dayMs;
const mostIncidents = 500;
/** Recorded maintenance is told for a month: a window every few minutes has ten thousand in that time. */
export const toldMaintenanceMs = 30 * dayMs;
const mostWindows = 200;
const keptMs = 5 * minuteMs;
/** Reads at once, so that other readers of the store get their turn. */
const readAtOnce = 4;
/** Looked at in one turn of the event loop. */
const lookedAtOnce = 50;

/** Changes when the past of a model does. */
function stampOf({ health }: ModelView, now: number): string {
  const { incident, windows } = health;
  const begun = windows.filter(({ from }) => from <= now).at(-1);
  return JSON.stringify([incident?.openedAt, incident?.closedAt, begun]);
}

/** What is not written yet is in the health of the model. */
function withNewest(past: StatusPast, { health }: ModelView, now: number): StatusPast {
  const newest = health.incident;
  const incidents =
    newest === null
      ? past.incidents
      : [newest, ...past.incidents.filter(({ openedAt }) => openedAt !== newest.openedAt)];
  const begun = health.windows.filter(({ from }) => from <= now);
  const windows = [
    ...past.windows.filter(({ from }) => !begun.some((window) => window.from === from)),
    ...begun,
  ];
  return { incidents: [...incidents].sort((a, b) => b.openedAt - a.openedAt), windows };
}

/** Reads the pasts of models and keeps them until they change. */
export function createStatusPasts(backend: Backend) {
  const kept = new Map<number, Kept>();

  const read = async (view: ModelView, now: number): Promise<void> => {
    const { key } = view;
    const stamp = stampOf(view, now);
    const known = kept.get(key);
    if (known?.stamp === stamp && now < known.until && now >= known.until - 2 * keptMs) return;
    const { store } = backend;
    const incidents = await store.incidents({
      model: key,
      from: now - longestPastMs,
      limit: mostIncidents,
    });
    const windows = await store.maintenance(key, now - toldMaintenanceMs, now + 1);
    kept.set(key, {
      stamp,
      // Not all at once.
      until: now + keptMs + (key % 60) * 1_000,
      incidents: incidents.map(({ openedAt, closedAt, reason }) => ({ openedAt, closedAt, reason })),
      windows: windows.slice(-mostWindows),
    });
  };

  const forget = (): void => {
    const known = new Set([...backend.views()].map(({ key }) => key));
    for (const key of kept.keys()) if (!known.has(key)) kept.delete(key);
  };

  return {
    /** In the order of the views. Rejects when the store cannot be read. */
    async of(views: readonly ModelView[], now: number): Promise<readonly StatusPast[]> {
      for await (const some of inTurns(views, lookedAtOnce)) {
        for (let first = 0; first < some.length; first += readAtOnce)
          await Promise.all(some.slice(first, first + readAtOnce).map((view) => read(view, now)));
      }
      const pasts: StatusPast[] = [];
      for await (const some of inTurns(views, lookedAtOnce)) {
        for (const view of some)
          pasts.push(withNewest(kept.get(view.key) ?? { incidents: [], windows: [] }, view, now));
      }
      forget();
      return pasts;
    },
  };
}
