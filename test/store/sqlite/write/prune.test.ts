import { describe, expect, it } from '@jest/globals';
import { statSync } from 'node:fs';
import { dayMs, hourMs } from '../../../../src/domain/period.js';
import { batchOf, counted, failed, modelWrite, result, retention, start, workplace } from '../../samples.js';
import { Database } from '../../../../src/store/sqlite/file/sqlite.js';
import { retentionContract } from '../../contract/retention.js';
import { sqliteKind } from '../../contract/sqlite-kind.js';

retentionContract(sqliteKind());

const place = workplace();
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100_000 };
const short = { checksMs: dayMs, failuresMs: 3 * dayMs, hoursMs: 5 * dayMs, daysMs: 10 * dayMs };

describe('retention of a file', () => {
  it('deletes hours and days', async () => {
    const path = `${place.directory()}/store.db`;
    const store = place.open(path, { retention: () => short });
    const { key } = await store.register('gpt', start, null);
    for (let n = 0; n < 48; n += 1) {
      await store.write(batchOf(modelWrite(key, counted([result(start + n * 6 * hourMs)]))));
    }
    const now = start + 12 * dayMs;
    while (await store.prune(now));
    await store.close();
    const file = new Database(path, { readonly: true });
    const first = (table: string) => file.prepare(`SELECT min(span) FROM ${table}`).pluck().get();
    expect(first('hours')).toBe((now - short.hoursMs) / hourMs);
    expect(first('days')).toBe((now - short.daysMs) / dayMs);
    file.close();
  });

  it('works in small batches between writes, and frees the space', async () => {
    const path = `${place.directory()}/store.db`;
    const store = place.open(path, { retention: () => retention });
    const { key } = await store.register('gpt', start, null);
    const text = 'x'.repeat(300);
    for (let n = 0; n < 50; n += 1) {
      const results = Array.from({ length: 100 }, (_, i) => ({
        ...failed(start + n * 100 + i),
        response: text,
      }));
      await store.write(batchOf(modelWrite(key, { results })));
    }
    const later = start + 100 * dayMs;
    let batches = 0;
    while (await store.prune(later)) {
      batches += 1;
      await store.write(batchOf(modelWrite(key, { results: [result(later + batches)] })));
    }
    expect(batches).toBeGreaterThan(20);
    expect(await store.results(key, everything)).toHaveLength(batches);
    await store.close();
    expect(statSync(path).size).toBeLessThan(600_000);
  });
});
