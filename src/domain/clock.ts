/** Source of time, passed in where it is needed. */
export interface Clock {
  /** Unix time in ms; may jump in both directions. */
  wall(): number;
  /** Monotonic ms from an arbitrary origin. */
  monotonic(): number;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
};
