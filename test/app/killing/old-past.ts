import { setTimeout as wait } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { hourMs } from '../../../src/domain/period.js';
import type { Store, StoreReader } from '../../../src/store/port.js';
import { openStoreReader } from '../../../src/store/sqlite/store-reader.js';
import { batchOf, counted, failed, migrationsDir, modelWrite, result } from '../../store/samples.js';

const minuteMs = 60_000;
const results = 20_000;
const everything = { from: 0, to: 1e15, limit: 1e6 };

/** Writes two weeks of results that retention no longer keeps, so that it is busy for as long as a test takes. */
export async function writeOldPast(store: Store): Promise<void> {
  const first = Date.now() - 3 * hourMs - results * minuteMs;
  const { key } = await store.register('old', first, null);
  for (let done = 0; done < results; done += 500) {
    const some = Array.from({ length: 500 }, (_, index) => {
      const slot = first + (done + index) * minuteMs;
      return index % 3 === 0 ? failed(slot) : result(slot);
    });
    await store.write(batchOf(modelWrite(key, counted(some))));
  }
}

/** Waits until the running daemon has deleted some of it. */
export async function retentionBegun(path: string): Promise<void> {
  for (;;) {
    const store = openStoreReader(path, migrationsDir);
    const left = await leftOf(store);
    await store.close();
    if (left < results) return;
    await wait(100);
  }
}

async function leftOf(store: StoreReader): Promise<number> {
  const { key } = (await store.models()).find(({ id }) => id === 'old')!;
  return (await store.results(key, everything)).length;
}

/** Holds that retention has begun with it, and that its days still count everything. */
export async function expectOldCounted(store: StoreReader): Promise<void> {
  const { key } = (await store.models()).find(({ id }) => id === 'old')!;
  expect(await leftOf(store)).toBeLessThan(results);
  const { outcomes } = await store.counts(key, everything.from, Date.now());
  expect(outcomes).toEqual({
    healthy: (results / 500) * 333,
    degraded: 0,
    unhealthy: (results / 500) * 167,
    unknown: 0,
  });
}
