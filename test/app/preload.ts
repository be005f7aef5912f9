import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { it } from '@jest/globals';
import type { createFolder } from './process.js';

const compiler = ['cc', 'c++'].find((name) => spawnSync(name, ['--version']).status === 0);
const canPreload = process.platform === 'linux' && compiler !== undefined;

/** `it`, or its skipping twin where no library can be compiled and preloaded; in CI nothing is skipped. */
export function itPreloaded(what: string): typeof it | typeof it.skip {
  if (canPreload || process.env.CI === 'true') return it;
  process.stderr.write(`SKIPPED: the test of ${what} needs Linux and a C compiler\n`);
  return it.skip;
}

export interface Preload {
  /** Of the process that is to be started. */
  readonly environment: NodeJS.ProcessEnv;
  hang(): void;
  release(): void;
}

/** Compiles `source`, a file of C beside this one: the calls that it replaces hang from `hang` to `release`. */
export function preload(source: string, folder: ReturnType<typeof createFolder>): Preload {
  const library = `${folder.path}/hang.so`;
  const file = new URL(source, import.meta.url).pathname;
  execFileSync(compiler ?? 'cc', ['-shared', '-fPIC', '-o', library, '-x', 'c', file, '-ldl']);
  const flag = `${folder.path}/hangs`;
  return {
    environment: { LD_PRELOAD: library, HANG_WHILE: flag },
    hang: () => void folder.write('hangs', ''),
    release: () => {
      rmSync(flag, { force: true });
    },
  };
}
