import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { batchOf, counted, failed, migrationsDir, modelWrite, start, workplace } from './samples.js';

const mountPoint = mkdtempSync(join(tmpdir(), 'modelpulse-disk-'));
const mount = (...options: string[]) => spawnSync('mount', [...options, mountPoint]).status === 0;
const mounted = mount('-t', 'tmpfs', '-o', 'size=8m', 'modelpulse-test');
if (!mounted)
  process.stderr.write('SKIPPED: tests of a full and a read-only disk, for want of the right to mount one\n');
const onDisk = mounted ? it : it.skip;
const place = workplace();

afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', mountPoint]);
  rmdirSync(mountPoint);
});

function fill(ballast: string): void {
  const { bavail, bsize } = statfsSync(mountPoint);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}

describe('store on a disk', () => {
  onDisk(
    'that is full rejects the whole batch, still reads, and accepts the batch once there is space',
    async () => {
      const store = place.open(join(mountPoint, 'store.db'));
      const { key } = await store.register('gpt', start, null);
      const batch = (from: number) => {
        const text = { detail: 'x'.repeat(2000) };
        const results = Array.from({ length: 100 }, (_, n) => ({ ...failed(from + n), ...text }));
        return batchOf(modelWrite(key, counted(results)));
      };
      await store.write(batch(start));
      const ballast = join(mountPoint, 'ballast');
      fill(ballast);
      const error = { kind: 'unavailable', message: expect.stringContaining('full') };
      await expect(store.write(batch(start + 100))).rejects.toMatchObject(error);
      await expect(store.write(batch(start + 100))).rejects.toMatchObject(error);
      const query = { from: 0, to: start + 1000, limit: 1000 };
      expect(await store.results(key, query)).toHaveLength(100);
      rmSync(ballast);
      await store.write(batch(start + 100));
      expect(await store.results(key, query)).toHaveLength(200);
      expect((await store.counts(key, start, start + 1000)).outcomes.unhealthy).toBe(200);
      expect(store.corruptions).toBe(0);
      await store.close();
    },
  );

  onDisk('that is full tells a reader without a daemon to free space or copy the file', async () => {
    const path = join(mountPoint, 'stopped.db');
    await place.open(path).close();
    const ballast = join(mountPoint, 'ballast');
    fill(ballast);
    try {
      expect(() => openStoreReader(path, migrationsDir)).toThrow(
        expect.objectContaining({
          kind: 'unavailable',
          message: expect.stringMatching(/free space on its disk, or copy it with its -wal/),
        }),
      );
    } finally {
      rmSync(ballast);
    }
    await openStoreReader(path, migrationsDir).close();
  });

  onDisk('that is full at the first start leaves a file that readers report as empty', async () => {
    const path = join(mountPoint, 'first.db');
    const ballast = join(mountPoint, 'ballast');
    fill(ballast);
    expect(() => place.open(path)).toThrow(/full/);
    rmSync(ballast);
    expect(() => openStoreReader(path, migrationsDir)).toThrow(
      expect.objectContaining({ kind: 'missing', message: expect.stringContaining(`${path} is empty`) }),
    );
    await place.open(path).close();
    await openStoreReader(path, migrationsDir).close();
  });

  onDisk('that is read-only is refused with a clear message, and not treated as damaged', async () => {
    const path = join(mountPoint, 'store.db');
    await place.open(path).close();
    expect(mount('-o', 'remount,ro')).toBe(true);
    try {
      expect(() => place.open(path)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
      expect(() => place.open(path)).toThrow(`cannot use ${path}`);
    } finally {
      mount('-o', 'remount,rw');
    }
    await place.open(path).close();
  });
});
