import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { batchOf, modelWrite, result, start, workplace } from './samples.js';
import { Database } from '../../src/store/sqlite/file/sqlite.js';

const place = workplace();

describe('healthy results on disk', () => {
  it('take at most 36 bytes each if written alternately for many models', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const keys: number[] = [];
    for (let n = 0; n < 200; n += 1) keys.push((await store.register(`model-${n}`, start, null)).key);
    const rounds = 300;
    for (let round = 0; round < rounds; round += 1) {
      const slot = start + round * 60_000;
      const writes = keys.map((key) => {
        const durationMs = 200 + ((round * 7919 + key * 104_729) % 20_000);
        const each = result(slot + key * 53, {
          durationMs,
          firstTokenMs: durationMs >> 1,
          startedAt: slot + key * 53 + (round % 60),
        });
        return modelWrite(key, { results: [each] });
      });
      await store.write(batchOf(...writes));
    }
    await store.close();
    const file = new Database(path, { readonly: true });
    const bytes = file
      .prepare<[], number>("SELECT sum(pgsize) FROM dbstat WHERE name = 'checks'")
      .pluck()
      .get()!;
    const extra = file.prepare('SELECT count(*) FROM details').pluck().get();
    file.close();
    expect(extra).toBe(0);
    expect(bytes / (keys.length * rounds)).toBeLessThanOrEqual(36);
  });
});
