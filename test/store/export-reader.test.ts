import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { exportHistory } from '../../src/store/transfer/export.js';
import { batchOf, failed, migrationsDir, modelWrite, start, workplace } from './samples.js';

const place = workplace();

describe('export', () => {
  it('with a stalled reader blocks log truncation only while it copies a model', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const { key } = await store.register('gpt', start, null);
    const write = (round: number) =>
      store.write(
        batchOf(
          modelWrite(key, {
            results: Array.from({ length: 100 }, (_, n) => failed(start + round * 100 + n)),
          }),
        ),
      );
    for (let round = 0; round < 100; round += 1) await write(round);
    const pieces = exportHistory(path, migrationsDir, []);
    for (let piece = 0; piece < 2; piece += 1) pieces.next();
    for (let round = 100; round < 400; round += 1) await write(round);
    expect(statSync(`${path}-wal`).size).toBeLessThan(8 * 1024 * 1024);
    const rest = [...pieces].join('').trimEnd().split('\n');
    expect(rest.filter((line) => line.includes('"type":"result"')).length).toBeLessThanOrEqual(10_000);
    expect(JSON.parse(rest.at(-1)!)).toMatchObject({ type: 'end' });
  });
});
