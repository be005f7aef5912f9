import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { dayMs, hourMs } from '../domain/period.js';
import type { Store } from '../store/port.js';
import type { Publisher } from './publisher.js';
import type { Roster } from './roster.js';
import type { UptimeRefresh } from './uptime-refresh.js';
import type { Windows } from './windows.js';

const everyMs = 1_000;
/** Batches of deletion a second: 10,000 models every 60 s need 0.8, and what was put off has to be made up for. */
const pruneBatches = 4;

/** True while the clock may be believed so far that what it says is old is deleted. */
export type ClockTrust = () => boolean;

/**
 * Doubts a clock that is more than a day ahead of what it should say, by the newest result at the start (`newest`, Unix ms; null
 * without) and by monotonic time later, until it has held for an hour: what is deleted by a wrong clock is lost for good.
 */
export function createClockTrust(clock: Clock, newest: number | null, log: Logger): ClockTrust {
  let last = { wall: newest ?? clock.wall(), monotonic: clock.monotonic() };
  let doubtedUntil = -Infinity;
  return () => {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    const ahead = now.wall - last.wall - (now.monotonic - last.monotonic);
    last = now;
    if (ahead > dayMs) {
      doubtedUntil = now.monotonic + hourMs;
      log.info(
        { ahead_ms: Math.round(ahead) },
        'newest result is more than a day old, or the system clock is ahead; retention waits for an hour',
      );
    } else if (ahead < -dayMs) doubtedUntil = -Infinity;
    return now.monotonic >= doubtedUntil;
  };
}

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
  log: Logger;
}): { readonly stop: () => void } {
  const { clock, roster, windows, publisher, refresh, store, log } = parts;
  // Of results alone: what fell due since then moved the watermarks up to the clock that is in doubt.
  const newest = [...roster.all()].reduce((most, { view }) => Math.max(most, view.latest?.slot ?? 0), 0);
  const trusted = createClockTrust(clock, newest || null, log);
  let stopped = false;
  let failing = false;
  let working: Promise<void> | null = null;

  const atStore = async (now: number): Promise<void> => {
    await roster.reconcile(now);
    await refresh.step(roster.all);
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
    /** Does not wait for what is under way at the store, which may hang. */
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
