import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { isLocked, lockFile } from '../../../../src/store/sqlite/file/file-lock.js';
import { StoreError } from '../../../../src/store/store-error.js';
import { start, workplace } from '../../samples.js';

const place = workplace();
const sqlite = new URL('../../../../dist/store/sqlite/file/sqlite.js', import.meta.url).href;

/** Looks at the lock as `modelpulse status` does, but for some ms after `go` is set. */
const looking = `
const { parentPort, workerData } = require('node:worker_threads');
import(workerData.sqlite).then(({ Database }) => {
  const database = new Database(workerData.file, { readonly: true });
  database.exec('BEGIN');
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  parentPort.postMessage('looks');
  const go = new Int32Array(workerData.go);
  Atomics.wait(go, 0, 0);
  Atomics.wait(go, 0, 1, 30);
  database.close();
});
`;

/** Takes the lock while a thread looks at it; false when that was in the way. */
async function lockedDespiteALook(path: string): Promise<boolean> {
  const go = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { sqlite, file: `${path}.lock`, go: go.buffer };
  const worker = new Worker(looking, { eval: true, workerData });
  const ended = once(worker, 'exit');
  await once(worker, 'message');
  Atomics.store(go, 0, 1);
  Atomics.notify(go, 0);
  try {
    lockFile(path).release();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return false;
  } finally {
    await ended;
  }
}

it('a check of the lock does not keep a daemon from starting', async () => {
  const path = join(place.directory(), 'store.db');
  lockFile(path).release();
  let locked = false;
  // A thread that the machine holds up may look for longer once, not each time.
  for (let turn = 0; turn < 3 && !locked; turn += 1) locked = await lockedDespiteALook(path);
  expect(locked).toBe(true);
});

it('the lock is visible only while it is held', () => {
  const path = join(place.directory(), 'store.db');
  expect(isLocked(path)).toBe(false);
  const lock = lockFile(path);
  expect(isLocked(path)).toBe(true);
  lock.release();
  expect(isLocked(path)).toBe(false);
});

describe('lock whose file is deleted while it is held', () => {
  it('is acquired again, so that no other process can get it', () => {
    const path = join(place.directory(), 'store.db');
    const lock = lockFile(path);
    rmSync(`${path}.lock`);
    expect(isLocked(path)).toBe(false);
    lock.keep();
    expect(isLocked(path)).toBe(true);
    expect(() => lockFile(path)).toThrow(StoreError);
    lock.release();
    expect(isLocked(path)).toBe(false);
  });

  it('stays with another process that acquired it first, until it is released', () => {
    const path = join(place.directory(), 'store.db');
    const lock = lockFile(path);
    rmSync(`${path}.lock`);
    const other = lockFile(path);
    expect(() => {
      lock.keep();
    }).toThrow(/is in use by another modelpulse daemon/u);
    other.release();
    lock.keep();
    expect(isLocked(path)).toBe(true);
    lock.release();
  });
});

it('a store whose lock is held by another process writes nothing, and continues when it has the lock again', async () => {
  const path = join(place.directory(), 'store.db');
  const store = place.open(path);
  const { key } = await store.register('gpt', start, null);
  rmSync(`${path}.lock`);
  const other = lockFile(path);
  await expect(
    store.exclude(key, { from: start, to: start + 1, reason: 'x', createdAt: start }),
  ).rejects.toMatchObject({
    kind: 'locked',
  });
  expect(await store.exclusions(key)).toEqual([]);
  other.release();
  await store.register('other', start, null);
  expect(isLocked(path)).toBe(true);
  await store.close();
});

it('a store whose directory is deleted reports it with advice, and starts a new file when the directory is back', async () => {
  const directory = join(place.directory(), 'history');
  mkdirSync(directory);
  const store = place.open(join(directory, 'store.db'));
  await store.register('gpt', start, null);
  rmSync(directory, { recursive: true });
  await expect(store.register('other', start, null)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(
      /cannot use .*store\.db.*directory does not exist.*directory can be written/,
    ),
  });
  mkdirSync(directory);
  await expect(store.register('other', start, null)).rejects.toMatchObject({ kind: 'damaged' });
  await store.register('other', start, null);
  await store.close();
});
