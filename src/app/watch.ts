import { stat } from 'node:fs/promises';

const everyMs = 1_000;

/** What a file looks like from outside; follows links, so the swap of a ConfigMap's link shows. */
async function signature(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${path} ${ino} ${size} ${mtimeMs}`;
  } catch {
    return `${path} missing`;
  }
}

/**
 * Calls `changed` when the files look different and have then looked the same for a second, so that a file that is
 * still being written is left alone. Polls, because change events do not cross bind mounts and network file systems.
 */
export function watchFiles(files: () => readonly string[], changed: () => Promise<void>): { close(): void } {
  let seen: string | null = null;
  let settled: string | null = null;
  let closed = false;

  const look = async (): Promise<void> => {
    const now = (await Promise.all(files().map(signature))).join('\n');
    settled ??= now;
    const quiet = now === seen;
    seen = now;
    if (!quiet || now === settled) return;
    settled = now;
    await changed();
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
