import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { dayMs } from '../domain/period.js';
import { uptimeOf, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { clip, durationsBetween, type Past } from '../store/history.js';
import type { StoreReader } from '../store/port.js';
import { show, type Tracked } from './tracked.js';
import { keysOf, tableFrom } from '../domain/table.js';

const rounds = 60;

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
  /** Refreshes one sixtieth of the models; call it once a second. */
  step(models: () => Iterable<Tracked>): Promise<void>;
  /** Stops further reads; a running one ends when the store closes. */
  readonly stop: () => void;
}

/**
 * Keeps the uptime in metrics and lists at most about a minute old, and fresher after a change of state. Reading it on
 * each scrape takes seconds with many models.
 */
export function createUptimeRefresh(store: StoreReader, clock: Clock): UptimeRefresh {
  let waiting: Tracked[] = [];
  let share = 1;
  const urgent = new Set<Tracked>();
  let working: Promise<void> | null = null;
  let stopped = false;

  const refresh = async (tracked: Tracked): Promise<void> => {
    show(tracked, { uptime: await readUptime(store, tracked.view, clock.wall()) });
    await setImmediate();
  };

  const work = async (): Promise<void> => {
    await setImmediate();
    for (const tracked of urgent) {
      if (stopped) return;
      urgent.delete(tracked);
      await refresh(tracked);
    }
  };

  return {
    soon(tracked) {
      urgent.add(tracked);
      // Failed reads are retried by `step`, which reports errors.
      working ??= work()
        .catch(() => {
          urgent.clear();
        })
        .finally(() => {
          working = null;
        });
    },
    async step(models) {
      if (waiting.length === 0) {
        waiting = [...models()];
        share = Math.ceil(waiting.length / rounds);
      }
      for (const tracked of waiting.splice(0, share)) await refresh(tracked);
    },
    stop() {
      stopped = true;
    },
  };
}
