/** Time as the daemon sees it, handed in where it is needed. */
export interface Clock {
  /** Unix time in ms; may jump in both directions. */
  wall(): number;
  /** Monotonic ms; its zero means nothing. */
  monotonic(): number;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
};
