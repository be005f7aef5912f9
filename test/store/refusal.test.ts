import { describe, expect, it } from '@jest/globals';
import type { RecordedResult } from '../../src/domain/result.js';
import type { ModelWrite } from '../../src/store/port.js';
import { contentOf } from './content.js';
import { batchOf, counted, modelWrite, result, start, workplace } from './samples.js';
import { refusalContract } from './contract/refusal.js';
import { sqliteKind } from './contract/sqlite-kind.js';

refusalContract(sqliteKind());

const place = workplace();
const minute = 60_000;

/** Results as they are counted in totals and rollups. */
function writeOf(key: number, results: readonly RecordedResult[], changes: Partial<ModelWrite> = {}) {
  const kinds = [...new Set(results.map(({ outcome, reason }) => `${outcome} ${reason}`))];
  const sum = (kind: 'inputTokens' | 'outputTokens') =>
    results.reduce((all, { usage }) => all + (usage?.[kind] ?? 0), 0);
  const totals = {
    results: kinds.map((kind) => {
      const alike = results.filter(({ outcome, reason }) => `${outcome} ${reason}` === kind);
      return { outcome: alike[0]!.outcome, reason: alike[0]!.reason, count: alike.length };
    }),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    versionChanges: 0,
  };
  return modelWrite(key, {
    ...counted(results),
    totals,
    watermark: results.at(-1)?.slot ?? null,
    ...changes,
  });
}

describe('batch with content that a file refuses', () => {
  it('says what SQLite says of it', async () => {
    const store = place.fresh();
    const { key } = await store.register('gpt', start, null);
    const [refusal] = await store.write(batchOf(modelWrite(key, { gaps: [start + 0.25] })));
    expect(refusal).toMatchObject({ what: 'gap', message: expect.stringContaining('REAL value') as unknown });
  });

  it('has its spans of whole hours in the same rows', async () => {
    const path = `${place.directory()}/store.db`;
    const store = place.open(path);
    const hour = 60 * minute;
    const span = { from: start + 5 * hour, to: start + 80 * hour, sign: 1 } as const;
    const wholeHours = [
      { ...span, state: 'unknown', final: true },
      { ...span, state: 'healthy', final: false },
    ] as const;
    for (const changes of [{}, { httpStatus: 0.5 }]) {
      const { key } = await store.register(`gpt-${changes.httpStatus ?? 0}`, start, null);
      await store.write(batchOf(writeOf(key, [{ ...result(start), ...changes }], { wholeHours })));
    }
    const { hours, days } = contentOf(path);
    for (const rows of [hours!, days!]) {
      const of = (id: string) =>
        (rows as unknown[][])
          .filter(([model]) => model === id)
          .map(([, at, healthy, , , unknown]) => [at, healthy, unknown])
          // In the hour of the result there is no time.
          .filter(([, healthy]) => healthy !== 0);
      expect(of('gpt-0')).toEqual(of('gpt-0.5'));
      expect(of('gpt-0.5')).toHaveLength(rows === hours ? 75 : 4);
    }
  });
});
