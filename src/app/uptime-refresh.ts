import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { dayMs } from '../domain/period.js';
import { uptimeOf, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { clip, durationsBetween, type Past } from '../store/history.js';
import type { StoreReader } from '../store/port.js';
import { show, type Tracked } from './tracked.js';

const rounds = 60;

/** Uptime and coverage over the windows that are shown everywhere. */
export async function readUptime(
  store: StoreReader,
  past: Past,
  to: number,
): Promise<Record<UptimeWindow, Uptime>> {
  const entries: [string, Uptime][] = [];
  // Windows longer than the model's life are one and the same.
  const known = new Map<number, Uptime>();
  for (const [name, days] of Object.entries(uptimeWindows)) {
    const { from } = clip(past.stored, { from: to - days * dayMs, to });
    const uptime = known.get(from) ?? uptimeOf(await durationsBetween(store, past, { from, to }));
    known.set(from, uptime);
    entries.push([name, uptime]);
  }
  return Object.fromEntries(entries) as Record<UptimeWindow, Uptime>;
}

export interface UptimeRefresh {
  /** Reads it in the background, one model after another. */
  readonly soon: (tracked: Tracked) => void;
  /** Reads it for one sixtieth of the models; call it once a second. */
  step(models: () => Iterable<Tracked>): Promise<void>;
  /** Begins nothing more; what it has asked the store for is answered, or refused, when that closes. */
  readonly stop: () => void;
}

/**
 * Keeps the uptime windows that metrics and lists show at most about a minute old, and newer where the state changed.
 * Reading them at each scrape would cost seconds with many models.
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
      // What fails here comes again with `step`, which tells of it.
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
