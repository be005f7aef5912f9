import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterEach, describe } from '@jest/globals';

/** True where this process may mount file systems. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `describe` for tests that mount; says on standard error that it skips them where that is not allowed. */
export function describeMounted(name: string, tests: () => void): void {
  if (canMount()) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`SKIPPED: the tests of "${name}" need to mount, as root\n`);
  describe.skip(name, tests);
}

export interface Mounts {
  /** Makes a file system in memory, at a folder that it creates. */
  disk(path: string, size?: string): void;
  /** Mounts what is at `from` over the folder `to` as well. */
  bind(from: string, to: string): void;
  /** Takes away what was mounted last over the folder, also while files in it are open. */
  unmount(path: string): void;
}

/** Mounts that are taken away after each test. */
export function useMounts(): Mounts {
  const mounted: string[] = [];
  const unmount = (path: string): void => {
    mounted.splice(mounted.lastIndexOf(path), 1);
    execFileSync('umount', ['-l', path]);
  };
  afterEach(() => {
    for (const path of [...mounted].reverse()) unmount(path);
  });
  const mount = (path: string, args: readonly string[]): void => {
    execFileSync('mount', [...args, path]);
    mounted.push(path);
  };
  return {
    disk(path, size = '64m') {
      mkdirSync(path);
      mount(path, ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs']);
    },
    bind(from, to) {
      mount(to, ['--bind', from]);
    },
    unmount,
  };
}
