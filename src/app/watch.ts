import { statSync } from 'node:fs';

const everyMs = 1_000;
/** A file that changes more often than it is looked at never looks the same twice. */
const mostLooks = 4;

/** What a file looks like from outside; follows links, so the swap of a ConfigMap's link shows. */
function signature(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${path} ${ino} ${size} ${mtimeMs}`;
  } catch {
    return `${path} missing`;
  }
}

/**
 * Calls `changed` when the files look different and have then looked the same for a second, so that a file that is
 * still being written is left alone, but no later than 5 s after the change; and again each second until it answers true. Polls, because change events do not cross bind mounts and network file systems;
 * synchronously, because the few files are in the cache and a hung resolver may hold the threads that others use.
 */
export function watchFiles(
  files: () => readonly string[],
  changed: () => Promise<boolean>,
): { close(): void } {
  const signatures = (): string => files().map(signature).join('\n');
  let settled = signatures();
  let seen = settled;
  let closed = false;
  /** Looks since the files began to look different. */
  let looks = 0;

  const look = async (): Promise<void> => {
    const now = signatures();
    const quiet = now === seen;
    seen = now;
    looks = now === settled ? 0 : looks + 1;
    if (looks === 0 || (!quiet && looks < mostLooks)) return;
    if (!(await changed())) return;
    settled = now;
    looks = 0;
  };

  const next = (): NodeJS.Timeout =>
    setTimeout(() => {
      void look().finally(() => {
        if (!closed) timer = next();
      });
    }, everyMs).unref();
  let timer = next();

  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
