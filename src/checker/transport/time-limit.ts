import { setMaxListeners } from 'node:events';
import type { Clock, MonotonicMs } from '../../domain/clock.js';

/** ms that a step with its own timeout gets beyond it, since its error is more specific. */
const graceMs = 25;

/** The deadline and signal of an attempt. Created first; every awaited step obeys it. */
export interface TimeLimit {
  /** Monotonic ms at which the attempt began. */
  readonly from: MonotonicMs;
  readonly signal: AbortSignal;
  /** ms that are left; whole, and 1 when there are none. */
  leftMs(): number;
  /** Nobody waits any longer. */
  over(): boolean;
  /** Resolves with what `step` brings, or with what `givenUp` returns when the time is up or the signal aborts first. Rejects like `step`. */
  within<T, G>(step: Promise<T>, givenUp: (why: 'overdue' | 'stopped') => G): Promise<T | G>;
}

/** Text for an abandoned step. */
export const givenUp = (why: 'overdue' | 'stopped'): string =>
  why === 'overdue' ? 'not done in time' : 'stopped before it ended';

/** Starts the time limit of an attempt. */
export function createTimeLimit(parts: {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): TimeLimit {
  const { clock, timeoutMs, signal } = parts;
  const from = clock.monotonic();
  const dueAt = from + timeoutMs;
  const leftMs = (): number => Math.max(1, Math.ceil(dueAt - clock.monotonic()));
  // One signal may stand for all checks that are running.
  setMaxListeners(0, signal);

  return {
    from,
    signal,
    leftMs,
    over: () => signal.aborted || clock.monotonic() >= dueAt,
    within<T, G>(step: Promise<T>, givenUp: (why: 'overdue' | 'stopped') => G) {
      return new Promise<T | G>((resolve, reject) => {
        const stopped = (): void => {
          clearTimeout(timer);
          resolve(givenUp('stopped'));
        };
        // Not for what had arrived but was not read yet because the event loop was busy.
        const timer = setTimeout(() => setImmediate(() => resolve(givenUp('overdue'))), leftMs() + graceMs);
        signal.addEventListener('abort', stopped);
        step.then(resolve, reject).finally(() => {
          clearTimeout(timer);
          signal.removeEventListener('abort', stopped);
        });
        if (signal.aborted) stopped();
      });
    },
  };
}
