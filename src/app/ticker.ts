import type { Logger } from 'pino';

const everyMs = 1_000;

/** Calls `beat` about once a second, never twice at once; the first error in a row is logged, and the next beat comes. */
export function startTicker(beat: () => Promise<void>, log: Logger): { stop(): Promise<void> } {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();

  const next = (): void => {
    timer = setTimeout(() => {
      running = beat()
        .then(() => {
          failing = false;
        })
        .catch((error: unknown) => {
          if (!failing) log.error({ err: error }, 'housekeeping failed');
          failing = true;
        })
        .finally(() => {
          if (!stopped) next();
        });
    }, everyMs);
  };
  next();

  return {
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
