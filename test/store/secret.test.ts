import { describe, expect, it } from '@jest/globals';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrationsDir, start, workplace } from './samples.js';

const place = workplace();

describe('the secret of a store', () => {
  it('is random, and the same for good', async () => {
    const [path, otherPath] = [1, 2].map(() => join(place.directory(), 'store.db'));
    const first = place.open(path!);
    const secret = await first.secret();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await first.secret()).toBe(secret);
    await first.close();
    expect(await place.open(path!).secret()).toBe(secret);
    expect(await place.open(otherPath!).secret()).not.toBe(secret);
  });

  it('is made in the file of an earlier release too', async () => {
    const directory = place.directory();
    const older = join(directory, 'migrations');
    cpSync(migrationsDir, older, { recursive: true });
    for (const later of ['0004-secrets.sql', '0005-incident-order.sql']) rmSync(join(older, later));
    const store = place.open(join(directory, 'store.db'), { migrationsDir: older });
    await store.register('gpt', start, null);
    await store.close();
    const upgraded = place.open(join(directory, 'store.db'));
    expect(await upgraded.secret()).toMatch(/^[0-9a-f]{64}$/);
    expect(await upgraded.models()).toHaveLength(1);
  });
});
