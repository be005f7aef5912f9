import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { dayMs, hourMs } from '../domain/period.js';
import type { Store } from '../store/port.js';
import type { Publisher } from './publisher.js';
import type { Roster } from './roster.js';
import type { Tracked } from './tracked.js';
import type { UptimeRefresh } from './uptime-refresh.js';
import type { Windows } from './windows.js';

const everyMs = 1_000;
/** Deletion batches per second. 10,000 models every 60 s need 0.8; the rest catches up on postponed deletion. */
const pruneBatches = 4;

/** True when the wall clock is plausible enough to delete by age. */
export type ClockTrust = () => boolean;

/**
 * Distrusts a wall clock over a day ahead of the expected time until it is steady for an hour, since deletion is final.
 * Expected is the newest result at the start (`newest`, Unix ms; null for none), later the elapsed monotonic time.
 */
export function createClockTrust(clock: Clock, newest: number | null, log: Logger): ClockTrust {
  let last = { wall: newest ?? clock.wall(), monotonic: clock.monotonic() };
  let distrustedUntil = -Infinity;
  return () => {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    const ahead = now.wall - last.wall - (now.monotonic - last.monotonic);
    last = now;
    if (ahead > dayMs) {
      distrustedUntil = now.monotonic + hourMs;
      log.info(
        { ahead_ms: Math.round(ahead) },
        'newest result is more than a day old, or the system clock is ahead; retention waits for an hour',
      );
    } else if (ahead < -dayMs) distrustedUntil = -Infinity;
    return now.monotonic >= distrustedUntil;
  };
}

/**
 * Runs tasks that no result triggers, once a second: start and end of maintenance windows, states that expire, uptime,
 * deletion. A slow or hung store delays only the tasks that use it. Logs the first of consecutive errors.
 */
export function startHousekeeping(parts: {
  clock: Clock;
  roster: Roster;
  windows: Windows;
  publisher: Publisher;
  refresh: UptimeRefresh;
  store: Store;
  log: Logger;
  /** Models whose uptime is kept; all unless given. */
  shown?: (() => Iterable<Tracked>) | undefined;
}): { readonly stop: () => void } {
  const { clock, roster, windows, publisher, refresh, store, log } = parts;
  // Uses results only: slots missed since then moved the watermarks to the time of the untrusted clock.
  const newest = [...roster.all()].reduce((most, { view }) => Math.max(most, view.latest?.slot ?? 0), 0);
  const trusted = createClockTrust(clock, newest || null, log);
  let stopped = false;
  let failing = false;
  let working: Promise<void> | null = null;

  const atStore = async (now: number): Promise<void> => {
    await roster.reconcile(now);
    await refresh.step(parts.shown ?? roster.all);
    if (!trusted()) return;
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
    /** Does not wait for running store operations, which may hang. */
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
