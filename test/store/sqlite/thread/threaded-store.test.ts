import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { StoreError } from '../../../../src/store/store-error.js';
import { openThreadedStore, type ThreadedStore } from '../../../../src/store/sqlite/thread/threaded-store.js';
import { batchOf, counted, failed, migrationsDir, modelWrite, result, start } from '../../samples.js';
import { inFull } from '../../../slow.js';

const day = 86_400_000;
const built = new URL('../../../../dist/store/sqlite/thread/store-thread.js', import.meta.url);
let folder = '';
let path = '';
let messages: string[] = [];
const opened: ThreadedStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelpulse-'));
  path = join(folder, 'pulse.db');
  messages = [];
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true });
});

async function open(thread = built): Promise<ThreadedStore> {
  const note = (_fields: object, message: string) => void messages.push(message);
  const store = await openThreadedStore({
    path,
    migrationsDir,
    thread,
    retention: () => ({ checksMs: 30 * day, failuresMs: 90 * day, hoursMs: 400 * day, daysMs: 1825 * day }),
    onCorrupt: 'move',
    clock: { wall: () => start },
    log: { error: note, warn: note, info: note },
  });
  opened.push(store);
  return store;
}

/** The thread as it is built, which ends itself once: at a call of `method`, before it does it or before it replies. */
function crashing(method: string, when: 'before' | 'after'): URL {
  const file = join(folder, 'crashing.mjs');
  writeFileSync(
    file,
    `import { existsSync, writeFileSync } from 'node:fs';
    import { parentPort } from 'node:worker_threads';
    const crashed = ${JSON.stringify(join(folder, 'crashed'))};
    const end = () => {
      writeFileSync(crashed, '');
      throw new Error('the thread is broken');
    };
    let called = null;
    if (!existsSync(crashed)) parentPort.on('message', ({ method, id }) => {
      if (method !== ${JSON.stringify(method)}) return;
      called = id;
      if (${when === 'before'}) end();
    });
    const post = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (message) => {
      if (called !== null && message.id === called) setImmediate(end);
      else post(message);
    };
    await import(${JSON.stringify(built.href)});`,
  );
  return pathToFileURL(file);
}

it('reads what was written while other calls are pending', async () => {
  const store = await open();
  const { key } = await store.register('gpt', start, null);
  const written = store.write(batchOf(modelWrite(key, counted([result(start), failed(start + 60_000)]))));
  const read = store.results(key, { from: start, to: start + day, limit: 10 });
  expect(await written).toEqual([]);
  expect((await read).map(({ slot }) => slot)).toEqual([start + 60_000, start]);
  expect((await store.models()).map(({ id }) => id)).toEqual(['gpt']);
  expect(await store.prune(start)).toBe(false);
});

/** Reads that are all asked at once. */
function ask(store: ThreadedStore, key: number, count: number): Promise<unknown>[] {
  return Array.from({ length: count }, () => store.results(key, { from: start, to: start + day, limit: 10 }));
}

it('writes before it answers many earlier reads, and answers all of them', async () => {
  const store = await open();
  const { key } = await store.register('gpt', start, null);
  const order: string[] = [];
  const asked = ask(store, key, 200).map((read) => read.then(() => order.push('read')));
  const batch = batchOf(modelWrite(key, counted([result(start)])));
  await store.write(batch).then(() => order.push('write'));
  expect(order.length).toBeLessThan(10);
  await Promise.all(asked);
  expect(order).toHaveLength(201);
});

it('closes without answering queued reads', async () => {
  const store = await open();
  const { key } = await store.register('gpt', start, null);
  const asked = Promise.allSettled(ask(store, key, 200));
  await store.close();
  const refused = (await asked).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(190);
  expect(refused[0]).toMatchObject({ reason: { kind: 'unavailable', message: `${path} is closed` } });
});

it('rejects with the original error of the store', async () => {
  const store = await open();
  const refused = await store
    .write(batchOf(modelWrite(99, counted([result(start)]))))
    .catch((e: unknown) => e);
  expect(refused).toBeInstanceOf(StoreError);
  expect(refused).toMatchObject({ kind: 'unknown_model' });
});

it('refuses a second writer at once, and releases the file on close', async () => {
  const store = await open();
  await expect(open()).rejects.toMatchObject({ name: 'StoreError', kind: 'locked' });
  await store.close();
  await expect(store.models()).rejects.toMatchObject({ kind: 'unavailable' });
  await open();
});

it('tells the secret of the file', async () => {
  const store = await open();
  const secret = await store.secret();
  await store.close();
  expect(await (await open()).secret()).toBe(secret);
});

it('moves a damaged file aside and counts it', async () => {
  writeFileSync(path, Buffer.alloc(8_192, 'damaged'));
  const store = await open();
  expect(store.corruptions).toBe(1);
  expect(messages).toEqual(['database is corrupt: moved aside, starting a new one']);
});

it('rejects pending calls when its thread ends, reports it, and continues in another thread', async () => {
  const store = await open(crashing('missed', 'before'));
  const { key } = await store.register('gpt', start, null);
  const waiting = [store.missed(), store.models(), store.models(), store.gaps(key)];
  for (const one of waiting) await expect(one).rejects.toMatchObject({ kind: 'unavailable' });
  expect(messages).toEqual(['database thread ended; the next use starts another']);
  expect(await store.missed()).toEqual(new Map());
  expect((await store.models()).map((model) => model.key)).toEqual([key]);
});

inFull('counts a batch once if the thread ends between the write and the reply', async () => {
  const store = await open(crashing('writePacked', 'after'));
  const { key } = await store.register('gpt', start, null);
  expect(await store.write(batchOf(modelWrite(key, counted([result(start)]))))).toEqual([]);
  expect(messages).toEqual(['database thread ended; the next use starts another']);
  const { outcomes } = await store.counts(key, start - (start % day), start + day);
  expect(outcomes.healthy).toBe(1);
});

inFull('rejects a batch that was not written before the thread ended', async () => {
  const store = await open(crashing('writePacked', 'before'));
  const { key } = await store.register('gpt', start, null);
  const batch = batchOf(modelWrite(key, counted([result(start)])));
  await expect(store.write(batch)).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await store.write(batch)).toEqual([]);
  expect(await store.results(key, { from: start, to: start + day, limit: 10 })).toHaveLength(1);
});

inFull('names the refused results of a batch, and writes the others', async () => {
  const store = await open();
  const { key } = await store.register('gpt', start, null);
  const poison = { ...result(start + 60_000), usage: { inputTokens: 1e30, outputTokens: 1 } };
  const refusals = await store.write(batchOf(modelWrite(key, counted([result(start), poison]))));
  expect(refusals.map(({ what, slot }) => [what, slot])).toContainEqual(['result', start + 60_000]);
  expect(await store.results(key, { from: start, to: start + day, limit: 10 })).toHaveLength(1);
});

/** The thread as it is built, which hangs at a call of `method` until the file `released` is there. */
function hanging(method: string): { thread: URL; release(): void } {
  const file = join(folder, 'hanging.mjs');
  const released = join(folder, 'released');
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
    import { parentPort } from 'node:worker_threads';
    const pause = new Int32Array(new SharedArrayBuffer(4));
    parentPort.on('message', ({ method }) => {
      if (method !== ${JSON.stringify(method)}) return;
      while (!existsSync(${JSON.stringify(released)})) Atomics.wait(pause, 0, 0, 10);
    });
    await import(${JSON.stringify(built.href)});`,
  );
  return {
    thread: pathToFileURL(file),
    release: () => {
      writeFileSync(released, '');
    },
  };
}

inFull(
  'rejects reads while its thread hangs in a write, and continues afterwards',
  async () => {
    const { thread, release } = hanging('writePacked');
    const store = await open(thread);
    try {
      const { key } = await store.register('gpt', start, null);
      const written = store.write(batchOf(modelWrite(key, counted([result(start)]))));
      const refusal = { kind: 'unavailable', message: `${path} does not answer; its disk may hang` };
      const asked = await Promise.allSettled(ask(store, key, 5));
      for (const one of asked) expect(one).toMatchObject({ status: 'rejected', reason: refusal });
      // At once, and without a call that the thread would do later.
      const exclusion = { from: start, to: start + 1, reason: 'x', createdAt: start };
      await expect(store.exclude(key, exclusion)).rejects.toMatchObject(refusal);
      expect(store.idle).toBe(false);
      release();
      expect(await written).toEqual([]);
      expect((await store.results(key, { from: 0, to: start + day, limit: 9 })).length).toBe(1);
      expect(await store.exclusions(key)).toEqual([]);
      expect(store.idle).toBe(true);
    } finally {
      release();
    }
  },
  30_000,
);

inFull('rejects a result whose text is not a string, and writes the others', async () => {
  const store = await open();
  const { key } = await store.register('gpt', start, null);
  const poison = { ...failed(start + 60_000), detail: {} as unknown as string };
  const refusals = await store.write(batchOf(modelWrite(key, counted([result(start), poison]))));
  expect(refusals.map(({ what, slot }) => [what, slot])).toContainEqual(['result', start + 60_000]);
  expect(await store.results(key, { from: start, to: start + day, limit: 10 })).toHaveLength(1);
});

inFull('never reuses a key if the file is lost with its thread', async () => {
  const store = await open(crashing('missed', 'before'));
  const { key } = await store.register('gpt', start, null);
  await expect(store.missed()).rejects.toMatchObject({ kind: 'unavailable' });
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  expect((await store.register('other', start, null)).key).toBeGreaterThan(key);
});

inFull('continues the damage count in another thread', async () => {
  writeFileSync(path, Buffer.alloc(8_192, 'damaged'));
  const store = await open(crashing('missed', 'before'));
  await expect(store.missed()).rejects.toMatchObject({ kind: 'unavailable' });
  await store.missed();
  expect(store.corruptions).toBe(1);
});
