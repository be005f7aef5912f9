import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { exportHistory } from '../../../../src/store/transfer/export.js';
import { batchOf, migrationsDir, modelWrite, result, start, workplace } from '../../samples.js';
import { writtenContract } from '../../contract/written.js';
import { sqliteKind } from '../../contract/sqlite-kind.js';

writtenContract(sqliteKind());

const place = workplace();
describe('batch written to a file', () => {
  it('has any HTTP status in its export', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const { key } = await store.register('gpt', start, null);
    const statuses = [null, 0, 99, 100, 101, 199, 200, 201, 599, 600, 999];
    const results = statuses.map((httpStatus, index) => result(start + index, { httpStatus }));
    await store.write(batchOf(modelWrite(key, { results })));
    const told = [...exportHistory(path, migrationsDir, [])]
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{"type":"result"'))
      .map((line) => (JSON.parse(line) as { http_status?: number }).http_status ?? null);
    expect(told).toEqual(statuses);
  });
});
