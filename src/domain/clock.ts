declare const monotonic: unique symbol;

/** ms of a monotonic clock, from an arbitrary origin. Never compared with Unix ms. */
export type MonotonicMs = number & { readonly [monotonic]: true };

export const monotonicMs = (ms: number): MonotonicMs => ms as MonotonicMs;

/** Source of time, passed in where it is needed. */
export interface Clock {
  /** Unix time in ms; may jump in both directions. */
  wall(): number;
  monotonic(): MonotonicMs;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => monotonicMs(performance.now()),
};
