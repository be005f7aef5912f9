import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { dayMs } from '../../src/domain/period.js';
import { inventPast } from '../../src/simulator/invented-past.js';
import { modelNamed } from '../app/parts.js';
import { durationsIn, migrationsDir, start, workplace } from '../store/samples.js';
import { wrongIn } from '../store/transfer/replaying.js';

const place = workplace();
const now = start + 17 * 3_600_000 + 123;
const models = ['healthy', 'outage', 'bad-key', 'keyless'].map((id) => modelNamed(id));

it('is what the daemon would have recorded over 90 days, and says of each incident that it is invented', async () => {
  const path = join(place.directory(), 'demo.db');
  expect(await inventPast({ path, migrationsDir, models, now })).toBe(true);
  expect(wrongIn(path)).toBe(0);
  const store = place.open(path);
  const stored = await store.models();
  expect(stored.map(({ id }) => id)).toEqual(models.map(({ id }) => id));
  for (const { key, firstSeen, watermark, latest } of stored) {
    expect(now - firstSeen).toBeGreaterThan(89 * dayMs);
    expect(watermark).toBeLessThan(now);
    expect(latest).not.toBeNull();
    const { healthy, unknown } = await durationsIn(store, key, firstSeen, watermark!);
    expect(healthy).toBeGreaterThan(80 * dayMs);
    // The monitor was away once.
    expect(unknown).toBeGreaterThan(3_600_000);
  }
  const broken = stored.find(({ id }) => id === 'bad-key')!;
  expect(broken.latest).toMatchObject({ outcome: 'unhealthy', reason: 'auth_failed' });

  const incidents = await store.incidents({ limit: 100 });
  expect(incidents.length).toBeGreaterThan(8);
  expect(incidents.filter(({ closedAt }) => closedAt === null).map(({ model }) => model)).toEqual([
    'bad-key',
  ]);
  const noted = incidents.filter(({ notes }) => notes.some(({ text }) => text.includes('invented')));
  expect(noted).toEqual(incidents);
});

it('leaves a database with history alone', async () => {
  const path = join(place.directory(), 'demo.db');
  const store = place.open(path);
  await store.register('healthy', start, null);
  await store.close();
  expect(await inventPast({ path, migrationsDir, models, now })).toBe(false);
  expect(await place.open(path).incidents({ limit: 1 })).toEqual([]);
});
