import { describe, expect, it } from '@jest/globals';
import { symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writers } from './compiled.js';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { durationsIn, migrationsDir, start, workplace } from './samples.js';
import { amount, inFull } from '../slow.js';

const place = workplace();
const startWriter = writers(place);

describe('process killed during a write', () => {
  it('loses no acknowledged write, and leaves results, timeline, rollups and counters consistent', async () => {
    const path = join(place.directory(), 'store.db');
    const stepMs = 60_000;
    for (let round = 0; round < amount(10, 1); round += 1) {
      const writer = startWriter(path);
      await writer.line('written');
      // The delay only varies the moment of the kill; nothing waits for it.
      setTimeout(() => writer.child.kill('SIGKILL'), 7 * round);
      expect(await writer.ended).toBe('SIGKILL');
      const acknowledged = Number(writer.lines.at(-1)!.split(' ')[1]);

      const store = place.open(path);
      const [model] = await store.models();
      const settled = model!.watermark!;
      const count = (settled - start) / stepMs;
      expect(settled).toBeGreaterThanOrEqual(acknowledged);
      expect(model!.health).toEqual({ settled });
      expect(model!.totals.inputTokens).toBe(count);
      expect(model!.latest!.slot).toBe(settled - stepMs);
      expect(await store.points(model!.key, start, settled)).toHaveLength(count);
      const { outcomes } = await store.counts(model!.key, start, settled);
      expect(outcomes.healthy + outcomes.unhealthy).toBe(count);
      const durations = await durationsIn(store, model!.key, start, settled);
      expect(durations.healthy + durations.unhealthy).toBe(settled - start);
      const newest = { from: settled - stepMs * 50, to: settled, limit: 1000 };
      expect(await store.results(model!.key, newest)).toHaveLength(Math.min(50, count));
      await store.close();
    }
  });
});

describe('database lock', () => {
  inFull('refuses a second daemon at once, by any path, but not a reader', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    const link = join(directory, 'link.db');
    symlinkSync(path, link);
    const writer = startWriter(path);
    await writer.line('written');
    for (const way of [path, link, relative(process.cwd(), path)]) {
      const second = startWriter(way);
      expect(await second.line('')).toBe(
        `refused locked ${path} is in use by another modelpulse daemon; stop that one, or set another storage.path`,
      );
      expect(await second.ended).toBe(1);
    }
    const reader = openStoreReader(path, migrationsDir);
    expect(await reader.models()).toHaveLength(1);
    await reader.close();
  });

  inFull('is released when its process is killed', async () => {
    const path = join(place.directory(), 'store.db');
    const first = startWriter(path);
    await first.line('opened');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = startWriter(path);
    await second.line('opened');
    expect(() => place.open(path)).toThrow('is in use by another modelpulse daemon');
  });

  it('is exclusive within one process, and released on close', async () => {
    const path = join(place.directory(), 'store.db');
    const first = place.open(path);
    expect(() => place.open(path)).toThrow('is in use');
    expect(() => place.open(path)).toThrow('is in use');
    await first.close();
    await first.close();
    place.open(path);
  });
});
