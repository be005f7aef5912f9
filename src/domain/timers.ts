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

/** Settles as `work` does, or after `ms` rejects with what `late` makes; the work itself goes on. */
export async function within<Result>(
  timers: Timers,
  ms: number,
  work: Promise<Result>,
  late: () => Error,
): Promise<Result> {
  let cancel = (): void => undefined;
  const deadline = new Promise<never>((_, reject) => {
    cancel = timers.set(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}
