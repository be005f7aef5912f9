import type { Logger } from 'pino';

/** Stops the parts of the daemon one after another, the last added first, once. An error is logged and the next one runs. */
export interface Releasers {
  add(name: string, release: () => unknown): void;
  release(): Promise<void>;
  /** Name of the part whose release runs; null otherwise. */
  readonly current: string | null;
}

export function createReleasers(log: Logger): Releasers {
  const held: { name: string; release: () => unknown }[] = [];
  let released: Promise<void> | null = null;
  let current: string | null = null;

  const releaseAll = async (): Promise<void> => {
    for (const { name, release } of held.reverse()) {
      current = name;
      try {
        await release();
      } catch (error) {
        log.error({ err: error, part: name }, 'a part of the daemon failed to stop');
      }
    }
    current = null;
  };

  return {
    add: (name, release) => void held.push({ name, release }),
    release: () => (released ??= releaseAll()),
    get current() {
      return current;
    },
  };
}
