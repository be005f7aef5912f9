import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { RecordedResult } from '../../../src/domain/result.js';
import type { ModelWrite } from '../../../src/store/port.js';
import { batchOf, counted, failed, modelWrite, result, start } from '../samples.js';
import { amount } from '../../slow.js';
import type { StoreKind } from './opener.js';

export function refusalContract(place: StoreKind): void {
  const spending = (tokens: number): Partial<RecordedResult> => ({
    usage: { inputTokens: tokens, outputTokens: tokens },
  });
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1_000 };
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

  /** Numbers that no column takes. */
  const refusedNumber = fc.constantFrom(1e30, -1e30, 12.5, 0.1, Infinity, -Infinity, 2 ** 70);
  /** Each spoils another part of a result. */
  const poison = fc.oneof(
    refusedNumber.map((n): Partial<RecordedResult> => ({ usage: { inputTokens: n, outputTokens: 1 } })),
    refusedNumber.map((n): Partial<RecordedResult> => ({ usage: { inputTokens: 1, outputTokens: n } })),
    refusedNumber.map((n): Partial<RecordedResult> => ({ httpStatus: n })),
    refusedNumber.map((n): Partial<RecordedResult> => ({ keyIndex: n })),
    // Each a count that a column takes, in a result that is refused; a sum of some is rounded.
    fc
      .constantFrom(Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER)
      .map((n): Partial<RecordedResult> => ({ httpStatus: 0.5, usage: { inputTokens: n, outputTokens: n } })),
    fc.constant({ outcome: 'unhealthy', detail: {} as unknown as string } satisfies Partial<RecordedResult>),
  );

  describe('batch with content that the store refuses', () => {
    it('is written without the refused results, consistently in rows, totals, hours and days', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.option(poison), { minLength: 1, maxLength: 8 }), {
            minLength: 1,
            maxLength: 4,
          }),
          async (models) => {
            const store = await place.fresh();
            const keys: number[] = [];
            for (const index of models.keys())
              keys.push((await store.register(`m${index}`, start, null)).key);
            const lives = models.map((spoiled) =>
              spoiled.map((changes, n) => {
                const slot = start + (n + 1) * minute;
                const sound = n % 3 === 2 ? failed(slot) : result(slot);
                return changes === null ? sound : { ...sound, ...changes };
              }),
            );
            const refusals = await store.write(batchOf(...lives.map((life, n) => writeOf(keys[n]!, life))));
            const given = models.map((spoiled, n) =>
              spoiled.flatMap((changes, at) =>
                changes === null ? [] : [[keys[n], start + (at + 1) * minute]],
              ),
            );
            expect(
              refusals.filter(({ what }) => what === 'result').map(({ key, slot }) => [key, slot]),
            ).toEqual(given.flat());
            for (const [n, key] of keys.entries()) {
              const kept = lives[n]!.filter((_, at) => models[n]![at] === null);
              const rows = await store.results(key, everything);
              expect(rows.map(({ slot }) => slot)).toEqual(kept.map(({ slot }) => slot).reverse());
              const { inputTokens, outputTokens, outcomes } = await store.counts(
                key,
                start,
                start + 86_400_000,
              );
              const tokens = kept.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
              const stored = (await store.models()).find((model) => model.key === key)!;
              expect([inputTokens, stored.totals.inputTokens]).toEqual([tokens, tokens]);
              expect(outputTokens).toBe(stored.totals.outputTokens);
              expect(outcomes.healthy + outcomes.unhealthy).toBe(kept.length);
              expect(stored.totals.results.reduce((sum, { count }) => sum + count, 0)).toBe(kept.length);
              expect(stored.latest?.slot ?? null).toBe(kept.at(-1)?.slot ?? null);
            }
            await store.close();
          },
        ),
        {
          numRuns: amount(40, 12),
          // Sums that are safe integers while their parts are not, or round on the way.
          examples: [
            [[[spending(1e30), null, spending(-1e30)]]],
            [[[spending(12.5), null, spending(12.5)]]],
            [
              [
                [
                  ...[1, 1, -1, -1].map((sign) => ({
                    httpStatus: 0.5,
                    ...spending(sign * Number.MAX_SAFE_INTEGER),
                  })),
                  null,
                ],
              ],
            ],
            [
              [
                [
                  { httpStatus: 0.5, ...spending(Number.MAX_SAFE_INTEGER) },
                  null,
                  { httpStatus: 0.5, ...spending(-Number.MAX_SAFE_INTEGER) },
                ],
              ],
            ],
          ],
        },
      );
    });

    it('keeps every other part of the model if one part is refused', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const neighbour = await store.register('claude', start, null);
      const refusals = await store.write({
        models: [
          writeOf(key, [result(start + minute)], {
            watermark: start + minute + 0.5,
            health: { settled: start + minute },
            points: [
              { from: start, state: 'unknown', reason: null },
              { from: start + minute + 0.5, state: 'healthy', reason: 'ok' },
            ],
            gaps: [start + 0.25, start + 3 * minute],
          }),
          writeOf(neighbour.key, [result(start + minute)], {
            points: [{ from: start, state: 'unknown', reason: null }],
          }),
        ],
        missed: new Map([
          ['down', 2],
          ['overlap', 0.5],
        ]),
      });
      expect(refusals.map(({ key: of, what }) => [of, what])).toEqual([
        [key, 'model'],
        [key, 'state'],
        [key, 'gap'],
        [null, 'missed'],
      ]);
      expect(refusals[1]!.value).toBe(`from: ${start + minute + 0.5}`);
      expect(refusals[1]!.message).not.toBe('');
      expect(await store.results(key, everything)).toHaveLength(1);
      expect(await store.points(key, 0, everything.to)).toEqual([
        { from: start, state: 'unknown', reason: null },
      ]);
      expect(await store.gaps(key)).toEqual([start + 3 * minute]);
      expect(await store.results(neighbour.key, everything)).toHaveLength(1);
      expect(await store.missed()).toEqual(new Map([['down', 2]]));
      const stored = (await store.models()).find((model) => model.key === key)!;
      expect([stored.health, stored.watermark]).toEqual([{ settled: start + minute }, null]);
    });

    it('tells nothing of what is left out', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const notice = (kind: Notice['kind'], what: Notice['what'], since: number, at = since): Notice => ({
        ...{ kind, what, model: 'gpt', provider: 'openai', labels: {}, since, at, detail: null },
        ...{ reason: 'server_error', blame: 'provider', failures: null },
      });
      const incident = (openedAt: number, checksFailed: number): ModelWrite['incidents'][number] => ({
        ...{
          openedAt,
          closedAt: null,
          reason: 'server_error',
          blame: 'provider',
          checksFailed,
          lastDetail: null,
        },
      });
      const told = [
        notice('began', 'unhealthy', start + 2),
        notice('ended', 'degraded', start - minute, start + 2 * minute),
        notice('happened', 'version', start + minute),
      ];
      const refusals = await store.write(
        batchOf(
          writeOf(key, [result(start + minute), { ...result(start + 2 * minute), ...spending(0.5) }], {
            incidents: [incident(start + 1, 1.5), incident(start + 2, 2)],
            points: [
              { from: start, state: 'degraded', reason: 'slow' },
              { from: start + 3.5, state: 'degraded', reason: 'slow' },
            ],
            notices: [
              notice('began', 'unhealthy', start + 1),
              notice('ended', 'unhealthy', start + 1, start + minute),
              notice('began', 'degraded', start + 3.5),
              notice('ended', 'degraded', start - 2 * minute, start + 3.5),
              notice('happened', 'version', start + 2 * minute),
              ...told,
            ],
          }),
        ),
      );
      expect(refusals.map(({ what }) => what)).toEqual(
        expect.arrayContaining(['result', 'state', 'incident']),
      );
      expect((await store.notices(0, 99)).notices.map(({ notice: each }) => each)).toEqual(told);
      expect(await store.incidents({ limit: 9 })).toMatchObject([{ openedAt: start + 2 }]);
    });
  });
}
