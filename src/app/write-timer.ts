import type { Clock, MonotonicMs } from '../domain/clock.js';
import type { Model } from '../domain/model.js';

/** ms for which the first change of a batch waits for others. */
const gatherMs = 50;
/** Least and most ms between the beginnings of two writes: the cost of a transaction is that of some ten results. */
const leastSpacingMs = 100;
const mostSpacingMs = 200;
/** For a database that several instances share: a transaction there is a dozen statements, each with a way to the server and back. */
const mostSharedSpacingMs = 400;
const retryAfterMs = 1_000;

export interface WriteTimer {
  /** Sets the beginning of the next write for a change of the model, or brings it forward. */
  gather(model: Pick<Model, 'schedule'>): void;
  /** Sets it for changes that waited for the write that has ended. */
  goOn(): void;
  /** Sets it for the next attempt after a failure. */
  retry(): void;
  /** Notes that a write begins now. */
  begun(): void;
  clear(): void;
}

/**
 * 2 % of the interval, within bounds. A check ends when its result is written, so a result of a short interval waits less:
 * else its model would miss the next slot more often.
 */
function spacingOf({ schedule }: Pick<Model, 'schedule'>, mostMs: number): number {
  if (schedule.kind === 'cron') return mostMs;
  return Math.min(Math.max(schedule.everyMs / 50, leastSpacingMs), mostMs);
}

/** Calls `begin` once after each setting, at the earliest time that was asked for. */
export function createWriteTimer(clock: Clock, begin: () => void, isShared = false): WriteTimer {
  const mostMs = isShared ? mostSharedSpacingMs : mostSpacingMs;
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Infinity;
  let begunAt: MonotonicMs | null = null;

  const clear = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Infinity;
  };
  const set = (ms: number): void => {
    const due = clock.monotonic() + ms;
    if (due >= dueAt) return;
    clear();
    dueAt = due;
    timer = setTimeout(begin, ms);
  };
  const setSpaced = (spacingMs: number): void => {
    const since = begunAt === null ? Infinity : clock.monotonic() - begunAt;
    set(Math.max(gatherMs, spacingMs - since));
  };

  return {
    gather: (model) => {
      setSpaced(spacingOf(model, mostMs));
    },
    goOn: () => {
      setSpaced(leastSpacingMs);
    },
    retry: () => {
      set(retryAfterMs);
    },
    begun() {
      clear();
      begunAt = clock.monotonic();
    },
    clear,
  };
}
