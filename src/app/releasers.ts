import type { Logger } from 'pino';

/** Releases resources in reverse order. Tries every release even when one fails; idempotent. */
export interface Releasers {
  add(name: string, release: () => unknown): void;
  release(): Promise<void>;
  /** Name of the part being released. */
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
        log.error({ err: error, part: name }, 'could not be stopped cleanly');
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
