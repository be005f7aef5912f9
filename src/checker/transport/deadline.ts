/** Longest time in ms to connect, including look-up and TLS. */
export const connectLimitMs = 10_000;
/** ms of an attempt reserved after connecting, for the connectivity test. */
const lookAroundMs = 4_000;

/** ms of an attempt of `totalMs` before those for the connectivity test: at least half of it. */
export const beforeLookMs = (totalMs: number): number =>
  Math.ceil(Math.max(totalMs / 2, totalMs - lookAroundMs));

/** Connection timeout in ms of an attempt of `totalMs`. */
const connectLimitOf = (totalMs: number): number => Math.min(connectLimitMs, beforeLookMs(totalMs));

/** ms without a byte after which a body is aborted. */
const idleLimitMs = 30_000;

export interface Expiry {
  /** The awaited step; `first_token` in a stream without events. */
  readonly phase: 'connect' | 'headers' | 'first_token' | 'idle' | 'total';
  readonly ms: number;
}

/** A time in ms as `400 ms` or `1.5 s`. */
export const timeText = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;

/** Text for a timeout at this stage. */
export function describeExpiry({ phase, ms }: Expiry): string {
  switch (phase) {
    case 'connect':
      return `no connection within ${timeText(ms)}`;
    case 'headers':
      return `no response headers within ${timeText(ms)}`;
    case 'first_token':
      return `no text of the stream within ${timeText(ms)}`;
    case 'idle':
      return `response body idle for ${timeText(ms)}`;
    case 'total':
      return `response not complete within ${timeText(ms)} in total`;
  }
}

/**
 * Timers for one attempt: at most `totalMs` in all, less for connecting and for silence in the body. `expired` is
 * called at most once, and not for what had arrived but was not read yet because the event loop was busy. `leftMs` is
 * less than `totalMs` where the attempt began earlier.
 */
export function createDeadline(totalMs: number, expired: (expiry: Expiry) => void, leftMs = totalMs) {
  let waitingFor: 'connect' | 'headers' | 'body' = 'connect';
  let lastByte = performance.now();
  const armed = new Set<NodeJS.Timeout>();
  const immediates = new Set<NodeJS.Immediate>();

  function arm(ms: number, due: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => immediates.add(setImmediate(due)), ms);
    armed.add(timer);
    return timer;
  }

  function whenTotalIsOver(): void {
    const silent = performance.now() - lastByte;
    if (waitingFor !== 'body') expired({ phase: waitingFor, ms: totalMs });
    else if (silent >= totalMs / 2) expired({ phase: 'idle', ms: silent });
    else expired({ phase: 'total', ms: totalMs });
  }

  const connectMs = connectLimitOf(totalMs);
  arm(leftMs, whenTotalIsOver);
  arm(Math.min(connectMs, leftMs), () => {
    if (waitingFor === 'connect') expired({ phase: 'connect', ms: connectMs });
  });
  let idle: NodeJS.Timeout | undefined;

  return {
    connected: (): void => {
      if (waitingFor === 'connect') waitingFor = 'headers';
    },
    headersArrived(): void {
      waitingFor = 'body';
      lastByte = performance.now();
      idle = arm(idleLimitMs, () => {
        const silent = performance.now() - lastByte;
        if (silent >= idleLimitMs) expired({ phase: 'idle', ms: silent });
        else idle?.refresh();
      });
    },
    bytesArrived(): void {
      lastByte = performance.now();
      idle?.refresh();
    },
    stop(): void {
      for (const timer of armed) clearTimeout(timer);
      for (const immediate of immediates) clearImmediate(immediate);
    },
  };
}
