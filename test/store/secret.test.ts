import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { olderMigrations, withoutLater } from './older-file.js';
import { start, workplace } from './samples.js';
import { secretContract } from './contract/secret.js';
import { sqliteKind } from './contract/sqlite-kind.js';

secretContract(sqliteKind());

const place = workplace();

describe('the secret of a file', () => {
  it('is made in the file of an earlier release too', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    const store = place.open(path, { migrationsDir: olderMigrations(directory, 3) });
    await store.register('gpt', start, null);
    await store.close();
    withoutLater(path);
    const upgraded = place.open(path);
    expect(await upgraded.secret()).toMatch(/^[0-9a-f]{64}$/);
    expect(await upgraded.models()).toHaveLength(1);
  });
});
