import { statSync } from 'node:fs';

const everyMs = 1_000;
/** Most polls to wait for files to be stable; a file that keeps changing never is. */
const mostLooks = 4;

/** Inode, size and mtime of a file; follows links, to detect the symlink swap of a ConfigMap. */
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
   * Calls `changed` once changed files are stable for a second, so that partly written files are not read, but no later
   * than 5 s after the change; repeats each second until it resolves to true. Polls, because change events do not cross
   * bind mounts and network file systems; synchronously, because the few files are cached and a hung resolver may block
   * the thread pool.
   */
  begin(files: () => readonly string[], changed: () => Promise<boolean>): void;
  readonly close: () => void;
}

/** Records the signatures of `files` now, so that changes before `begin` are detected. */
export function createFileWatch(files: readonly string[]): FileWatch {
  /** Signatures at the last reload. */
  let known = signaturesOf(files);
  let seen = known;
  let closed = false;
  /** Polls since the change was detected. */
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
