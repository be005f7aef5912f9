import { describe, expect, it } from '@jest/globals';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrationsDir, start, workplace } from './samples.js';
import { secretContract } from './contract/secret.js';
import { sqliteKind } from './contract/sqlite-kind.js';

secretContract(sqliteKind());

const place = workplace();

describe('the secret of a file', () => {
  it('is made in the file of an earlier release too', async () => {
    const directory = place.directory();
    const older = join(directory, 'migrations');
    cpSync(migrationsDir, older, { recursive: true });
    for (const later of ['0004-secrets.sql', '0005-incident-order.sql', '0006-notifications.sql'])
      rmSync(join(older, later));
    const store = place.open(join(directory, 'store.db'), { migrationsDir: older });
    await store.register('gpt', start, null);
    await store.close();
    const upgraded = place.open(join(directory, 'store.db'));
    expect(await upgraded.secret()).toMatch(/^[0-9a-f]{64}$/);
    expect(await upgraded.models()).toHaveLength(1);
  });
});
