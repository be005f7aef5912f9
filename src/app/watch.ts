import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

const everyMs = 1_000;
/** Most polls to wait for files to be stable; a file that keeps changing never is. */
const mostLooks = 4;
/** ms of one turn of the loop that a look takes: files may be many, and each one of a network mount is a round trip. */
const sliceMs = 2;

/** Inode, size and mtime of a file; follows links, to detect the symlink swap of a ConfigMap. */
function signature(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) return `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  } catch {
    // As one that is not there.
  }
  return `${path} missing`;
}

/** A digest of the signatures of all, made in turns of the loop; null once `ended`. */
async function signatureOf(files: readonly string[], ended = () => false): Promise<string | null> {
  const digest = createHash('sha256');
  let began = performance.now();
  for (const file of files) {
    digest.update(`${signature(file)}\n`);
    if (performance.now() - began < sliceMs) continue;
    await setImmediate();
    if (ended()) return null;
    began = performance.now();
  }
  return digest.digest('base64');
}

export interface FileWatch {
  /**
   * Calls `changed` once changed files are stable for a second, so that partly written files are not read, but no later
   * than some 5 s after the change; repeats each second until it resolves to true. Polls, because change events do not cross
   * bind mounts and network file systems; without the thread pool, because a hung resolver may block it.
   */
  begin(files: () => readonly string[], changed: () => Promise<boolean>): void;
  /** Ends a look that has begun, too: it calls nothing. */
  readonly close: () => void;
}

/** Records the signature of `files` now, so that changes before `begin` are detected. */
export async function createFileWatch(files: readonly string[]): Promise<FileWatch> {
  /** At the last reload. */
  let known = await signatureOf(files);
  let seen = known;
  let closed = false;
  /** Polls since the change was detected. */
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  return {
    begin(current, changed) {
      const look = async (): Promise<void> => {
        const now = await signatureOf(current(), () => closed);
        if (now === null) return;
        const quiet = now === seen;
        seen = now;
        looks = now === known ? 0 : looks + 1;
        if (looks === 0 || (!quiet && looks < mostLooks)) return;
        if (!(await changed())) return;
        known = now;
        looks = 0;
      };
      // The next one waits for this one, so that looks do not pile up.
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
