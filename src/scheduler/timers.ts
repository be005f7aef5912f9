/** One-shot timers. */
export interface Timers {
  /** Calls `callback` after about `ms`; the returned function cancels it. */
  set(callback: () => void, ms: number): () => void;
}

export const systemTimers: Timers = {
  set(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
