import type { Logger } from 'pino';

/** What was acquired, to be released in reverse; every release is tried, and doing it twice is once. */
export interface Releasers {
  add(name: string, release: () => unknown): void;
  release(): Promise<void>;
}

export function createReleasers(log: Logger): Releasers {
  const held: { name: string; release: () => unknown }[] = [];
  let released: Promise<void> | null = null;

  const releaseAll = async (): Promise<void> => {
    for (const { name, release } of held.reverse()) {
      try {
        await release();
      } catch (error) {
        log.error({ err: error, part: name }, 'could not be stopped cleanly');
      }
    }
  };

  return {
    add: (name, release) => void held.push({ name, release }),
    release: () => (released ??= releaseAll()),
  };
}
