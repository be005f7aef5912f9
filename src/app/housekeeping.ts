import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { Store } from '../store/port.js';
import type { Publisher } from './publisher.js';
import type { Roster } from './roster.js';
import type { UptimeRefresh } from './uptime-refresh.js';
import type { Windows } from './windows.js';

const everyMs = 1_000;
/** Batches of deletion a second: 10,000 models every 60 s need 0.8, and what was put off has to be made up for. */
const pruneBatches = 4;

/**
 * Does once a second what no result brings about: maintenance windows that begin or end, states that silence changes, uptime,
 * deletion. A store that is slow or hangs holds up its own part alone. The first error in a row is logged.
 */
export function startHousekeeping(parts: {
  clock: Clock;
  roster: Roster;
  windows: Windows;
  publisher: Publisher;
  refresh: UptimeRefresh;
  store: Store;
  /** False while the clock is not believed when it comes to deleting what is old. */
  trusted: () => boolean;
  log: Logger;
}): { readonly stop: () => void } {
  const { clock, roster, windows, publisher, refresh, store, log } = parts;
  let stopped = false;
  let failing = false;
  let working: Promise<void> | null = null;

  const atStore = async (now: number): Promise<void> => {
    await roster.reconcile(now);
    await refresh.step();
    if (!parts.trusted()) return;
    for (let batch = 0; batch < pruneBatches && !stopped && (await store.prune(now)); batch += 1)
      await setImmediate();
  };

  const failed = (error: unknown): void => {
    if (!failing && !stopped) log.error({ err: error }, 'housekeeping failed');
    failing = true;
  };

  const timer = setInterval(() => {
    try {
      const now = clock.wall();
      windows.sweep(now);
      for (const tracked of roster.all()) {
        if (now >= tracked.announced.until) publisher.announce(tracked);
      }
      working ??= atStore(now)
        .then(() => (failing = false), failed)
        .then(() => {
          working = null;
        });
    } catch (error) {
      failed(error);
    }
  }, everyMs);

  return {
    /** Does not wait for what is under way at the store, which may hang. */
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
