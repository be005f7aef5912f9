import { setImmediate } from 'node:timers/promises';
import type { Health } from '../domain/health.js';
import type { Clock } from '../domain/clock.js';
import { dayMs } from '../domain/rollup.js';
import { uptimeOf, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { durationsBetween } from '../store/history.js';
import type { ModelKey, StoreReader } from '../store/port.js';
import type { Tracked } from './tracked.js';

const rounds = 60;

/** Uptime and coverage over the windows that are shown everywhere. */
export async function readUptime(
  store: StoreReader,
  key: ModelKey,
  health: Health,
  to: number,
): Promise<Record<UptimeWindow, Uptime>> {
  const entries: [string, Uptime][] = [];
  for (const [name, days] of Object.entries(uptimeWindows)) {
    const durations = await durationsBetween(store, key, health, { from: to - days * dayMs, to });
    entries.push([name, uptimeOf(durations)]);
  }
  return Object.fromEntries(entries) as Record<UptimeWindow, Uptime>;
}

/**
 * Keeps the uptime windows that metrics and lists show at most about a minute old: each call of `step`, once a
 * second, takes a sixtieth of the models. Reading them at each scrape would cost seconds with many models.
 */
export function createUptimeRefresh(store: StoreReader, clock: Clock, models: () => Iterable<Tracked>) {
  let waiting: Tracked[] = [];
  let share = 1;

  const refresh = async ({ view }: Tracked): Promise<void> => {
    view.uptime = await readUptime(store, view.key, view.stored, clock.wall());
  };

  return {
    refresh,
    async all(): Promise<void> {
      for (const tracked of models()) {
        await refresh(tracked);
        await setImmediate();
      }
    },
    async step(): Promise<void> {
      if (waiting.length === 0) {
        waiting = [...models()];
        share = Math.ceil(waiting.length / rounds);
      }
      for (const tracked of waiting.splice(0, share)) {
        await refresh(tracked);
        await setImmediate();
      }
    },
  };
}
