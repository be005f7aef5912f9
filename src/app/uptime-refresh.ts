import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { dayMs } from '../domain/period.js';
import { uptimeOf, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { clip, durationsBetween, type Past } from '../store/history.js';
import type { StoreReader } from '../store/port.js';
import { show, type Tracked } from './tracked.js';
import { keysOf, tableFrom } from '../domain/table.js';

const stepsPerRound = 60;

/** Uptime and coverage over the standard windows. */
export async function readUptime(
  store: StoreReader,
  past: Past,
  to: number,
): Promise<Record<UptimeWindow, Uptime>> {
  const entries: [UptimeWindow, Uptime][] = [];
  // Windows longer than the model's history are clipped to it and give the same result.
  const known = new Map<number, Uptime>();
  for (const name of keysOf(uptimeWindows)) {
    const { from } = clip(past.stored, { from: to - uptimeWindows[name] * dayMs, to });
    const uptime = known.get(from) ?? uptimeOf(await durationsBetween(store, past, { from, to }));
    known.set(from, uptime);
    entries.push([name, uptime]);
  }
  return tableFrom(entries);
}

export interface UptimeRefresh {
  /** Queues a model for a refresh in the background. */
  readonly soon: (tracked: Tracked) => void;
  /** Refreshes one sixtieth of the models; call it once a second. After an error the rest of its share waits for the next round. */
  step(models: () => Iterable<Tracked>): Promise<void>;
  /** Stops further reads. */
  readonly stop: () => void;
}

/**
 * Keeps the uptime in metrics and lists about a minute old at most while the store answers, and fresher after a change of
 * state. Reading it on each scrape takes seconds with many models.
 */
export function createUptimeRefresh(store: StoreReader, clock: Clock): UptimeRefresh {
  let restOfRound: Tracked[] = [];
  let modelsPerStep = 1;
  const queued = new Set<Tracked>();
  let draining: Promise<void> | null = null;
  let stopped = false;

  const refresh = async (tracked: Tracked): Promise<void> => {
    show(tracked, { uptime: await readUptime(store, tracked.view, clock.wall()) });
    await setImmediate();
  };

  const drain = async (): Promise<void> => {
    await setImmediate();
    for (const tracked of queued) {
      if (stopped) return;
      queued.delete(tracked);
      await refresh(tracked);
    }
  };

  return {
    soon(tracked) {
      queued.add(tracked);
      // A failed queue is dropped: the next round of `step` reads its models and reports errors.
      draining ??= drain()
        .catch(() => {
          queued.clear();
        })
        .finally(() => {
          draining = null;
        });
    },
    async step(models) {
      if (restOfRound.length === 0) {
        restOfRound = [...models()];
        modelsPerStep = Math.ceil(restOfRound.length / stepsPerRound);
      }
      for (const tracked of restOfRound.splice(0, modelsPerStep)) {
        if (stopped) return;
        await refresh(tracked);
      }
    },
    stop() {
      stopped = true;
    },
  };
}
