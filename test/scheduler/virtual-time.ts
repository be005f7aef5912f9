import { monotonicMs, type Clock } from '../../src/domain/clock.js';
import type { Timers } from '../../src/domain/timers.js';

/** A clock and timers that move only when told to; the wall clock may be set, timers follow elapsed time. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets `ms` go by, each timer called at its time, or up to `lateness()` ms after it. */
  pass(ms: number, lateness?: () => number): Promise<void>;
  /** Lets `ms` go by without a timer being called, as when the event loop is blocked. */
  block(ms: number): void;
  /** Sets the wall clock forward (or back) by `ms`. */
  setClock(ms: number): void;
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

/** `settle` lets what a timer began come to rest. */
export function createVirtualTime(start: number, settle: () => Promise<void> = someTurns): VirtualTime {
  let [wall, monotonic] = [start, 1000];
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  function go(ms: number): void {
    wall += ms;
    monotonic += ms;
  }

  return {
    clock: { wall: () => Math.floor(wall), monotonic: () => monotonicMs(monotonic) },
    timers: {
      set(callback, ms) {
        const timer = { at: monotonic + ms, callback };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    async pass(ms, lateness = () => 0) {
      const end = monotonic + ms;
      await settle();
      for (;;) {
        let first: { readonly at: number; readonly callback: () => void } | undefined;
        for (const timer of timers) if (!first || timer.at < first.at) first = timer;
        if (!first || first.at > end) break;
        go(Math.max(0, first.at + lateness() - monotonic));
        timers.delete(first);
        first.callback();
        await settle();
      }
      go(Math.max(0, end - monotonic));
    },
    block: go,
    setClock: (ms) => void (wall += ms),
  };
}
