import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { batchOf, modelWrite, result, start, workplace } from './samples.js';

const place = workplace();
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 };
const run = (...args: string[]) => spawnSync('mount', args).status === 0;

/** Lets nobody write the file or directory, root neither; returns what takes that back, null where it cannot be done. */
function forbidWriting(path: string, mode: number): (() => void) | null {
  if (process.getuid?.() !== 0) {
    chmodSync(path, mode & 0o555);
    return () => chmodSync(path, mode);
  }
  if (!run('--bind', path, path)) return null;
  run('-o', 'remount,bind,ro', path);
  return () => spawnSync('umount', ['-l', path]);
}

describe('store without write permission', () => {
  it.each([
    { what: 'file', mode: 0o644, placeOf: (path: string) => path },
    { what: 'directory', mode: 0o755, placeOf: dirname },
  ])('is refused with advice if its $what is read-only, and is not changed', async ({ mode, placeOf }) => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
    await store.close();
    const allow = forbidWriting(placeOf(path), mode);
    if (allow === null) {
      process.stderr.write('SKIPPED: a read-only place, for want of the right to mount one\n');
      return;
    }
    try {
      const refused = { kind: 'unavailable', message: expect.stringContaining(`cannot use ${path}: `) };
      expect(() => place.open(path)).toThrow(expect.objectContaining(refused));
      expect(() => place.open(path)).toThrow(/check (?:the permissions|that it is a file)/);
      expect(readdirSync(dirname(path)).filter((name) => name.includes('corrupt'))).toEqual([]);
    } finally {
      allow();
    }
    expect(await place.open(path).results(key, everything)).toHaveLength(1);
  });
});
