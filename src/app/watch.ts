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

const signaturesOf = (files: readonly string[]): string => files.map(signature).join('\n');

export interface FileWatch {
  /**
   * Calls `changed` when the files look different and have then looked the same for a second, so that a file that is
   * still being written is left alone, but no later than 5 s after the change; and again each second until it answers true. Polls, because change events do not cross bind mounts and network file systems;
   * synchronously, because the few files are in the cache and a hung resolver may hold the threads that others use.
   */
  begin(files: () => readonly string[], changed: () => Promise<boolean>): void;
  readonly close: () => void;
}

/** Notes how `files` look now, so that it sees a change before it begins. */
export function createFileWatch(files: readonly string[]): FileWatch {
  /** As the files looked when they were last read. */
  let known = signaturesOf(files);
  let seen = known;
  let closed = false;
  /** Looks since the files began to look different. */
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  return {
    begin(current, changed) {
      const look = async (): Promise<void> => {
        const now = signaturesOf(current());
        const quiet = now === seen;
        seen = now;
        looks = now === known ? 0 : looks + 1;
        if (looks === 0 || (!quiet && looks < mostLooks)) return;
        if (!(await changed())) return;
        known = now;
        looks = 0;
      };
      const next = (): NodeJS.Timeout =>
        setTimeout(() => {
          void look().finally(() => {
            if (!closed) timer = next();
          });
        }, everyMs).unref();
      timer = next();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
