import { systemTimers, within } from '../domain/timers.js';

/** The checks that run. */
export interface RunningChecks {
  /** Returns `check`, and counts it until it settles. */
  add(id: string, check: Promise<void>): Promise<void>;
  /** Resolves when those of the models that `isOf` names have ended, or after `patienceMs`. */
  ended(isOf: (id: string) => boolean, patienceMs: number): Promise<void>;
}

export function createRunningChecks(): RunningChecks {
  const running = new Map<Promise<void>, string>();
  return {
    add(id, check) {
      const counted = check.finally(() => running.delete(counted));
      running.set(counted, id);
      return counted;
    },
    async ended(isOf, patienceMs) {
      const waited = [...running].filter(([, id]) => isOf(id)).map(([check]) => check);
      const late = (): Error => new Error('checks have not ended in time');
      await within(systemTimers, patienceMs, Promise.allSettled(waited), late).catch(() => undefined);
    },
  };
}
