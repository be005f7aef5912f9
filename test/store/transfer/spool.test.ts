import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSpool } from '../../../src/store/transfer/spool.js';
import { workplace } from '../samples.js';
import { amount, inFull } from '../../slow.js';

const mounted: string[] = [];
// Before the folder that it is in is removed, which is registered after it.
afterEach(() => {
  for (const path of mounted.splice(0)) spawnSync('umount', ['-l', path]);
});
const place = workplace();

/** Folders by how they take a file; root may write anywhere, so that one is missing and one is a file. */
function folders() {
  const path = place.directory();
  const good = join(path, 'good');
  mkdirSync(good);
  writeFileSync(join(path, 'file'), '');
  return { good, missing: join(path, 'missing'), file: join(path, 'file') };
}

const line = (index: number): string => `${index} Neu-Delhi, नई दिल्ली 🏛${'x'.repeat(200)}\n`;

/** Puts in and takes out; the two as lengths and whether they are the same. */
function through(paths: readonly string[], lines: number): { same: boolean; length: number } {
  const spool = createSpool(paths);
  try {
    let given = '';
    for (let index = 0; index < lines; index += 1) {
      given += line(index);
      spool.add(line(index));
    }
    const taken = [...spool.chunks()].join('');
    return { same: taken === given && spool.lines === lines, length: taken.length };
  } finally {
    spool.close();
  }
}

describe('spool', () => {
  it.each([
    { of: ['good'] as const },
    { of: ['missing', 'good'] as const },
    { of: ['file', 'good'] as const },
    { of: ['missing', 'file'] as const },
    { of: [] as const },
  ])('returns all lines with the folders $of, and leaves no files behind', ({ of }) => {
    const all = folders();
    const paths = of.map((name) => all[name]);
    for (const lines of amount([0, 1, 5_000, 60_000], [0, 1, 5_000]))
      expect(through(paths, lines)).toMatchObject({ same: true });
    expect(readdirSync(all.good)).toEqual([]);
  });

  inFull('continues in the next folder, then in memory, when a disk is full', () => {
    const { good, missing } = folders();
    const full = join(place.directory(), 'full');
    mkdirSync(full);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'modelpulse-test', full]).status !== 0) {
      process.stderr.write('SKIPPED: a spool on a full disk, for want of the right to mount one\n');
      return;
    }
    mounted.push(full);
    for (const paths of [[full, good], [full, missing], [full]])
      expect(through(paths, 60_000)).toMatchObject({ same: true });
    // A disk that keeps what was given up would fail the program that needs it.
    const { bavail, blocks } = statfsSync(full);
    expect(bavail).toBe(blocks);
  });

  inFull('names the folders and their errors if the data exceeds the memory limit', () => {
    const { missing, file } = folders();
    expect(() => through([missing, file], 400_000)).toThrow(
      expect.objectContaining({
        kind: 'unavailable',
        message: expect.stringMatching(
          /no temporary file can be written: \S+missing \(ENOENT.*\), \S+file \(ENOTDIR.*\); set TMPDIR/,
        ) as unknown,
      }),
    );
  });
});
