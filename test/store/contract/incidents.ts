import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { amount } from '../../slow.js';
import { batchOf, modelWrite, start } from '../samples.js';
import type { StoreKind } from './opener.js';

export function incidentsContract(place: StoreKind): void {
  const hour = 3_600_000;

  /** A store with an incident of a provider and one of an account for each of two models. */
  async function written() {
    const store = await place.fresh();
    const keys: number[] = [];
    for (const [index, id] of ['a', 'b'].entries()) {
      const { key } = await store.register(id, start, null);
      keys.push(key);
      const incident = { closedAt: null, checksFailed: 1, lastDetail: null } as const;
      await store.write(
        batchOf(
          modelWrite(key, {
            incidents: [
              {
                ...incident,
                openedAt: start + index,
                closedAt: start + hour,
                reason: 'timeout',
                blame: 'provider',
              },
              { ...incident, openedAt: start + 2 * hour + index, reason: 'auth_failed', blame: 'account' },
            ],
          }),
        ),
      );
    }
    return { store, keys };
  }

  describe('incidents of the store', () => {
    it('are filtered by blame, by the id of their model, and by several models', async () => {
      const { store, keys } = await written();
      const models = async (query: object) =>
        (await store.incidents({ limit: 10, ...query })).map(
          ({ model, blame }) => `${model} ${String(blame)}`,
        );
      expect(await models({ blame: 'provider' })).toEqual(['b provider', 'a provider']);
      expect(await models({ named: 'a' })).toEqual(['a account', 'a provider']);
      expect(await models({ named: 'nobody' })).toEqual([]);
      expect(await models({ models: [keys[1]] })).toEqual(['b account', 'b provider']);
      expect(await models({ models: [] })).toEqual([]);
      expect(await models({ models: keys, blame: 'account', named: 'b' })).toEqual(['b account']);
    });

    it('are newest first, also those that an import added later; those before an id are by id', async () => {
      const { store, keys } = await written();
      const opened = async (query: object) =>
        (await store.incidents({ limit: 10, ...query })).map(({ model, openedAt }) => [
          model,
          openedAt - start,
        ]);
      const byTime = [
        ['b', 2 * hour + 1],
        ['a', 2 * hour],
        ['b', 1],
        ['a', 0],
      ];
      expect(await opened({})).toEqual(byTime);
      expect(await opened({ limit: 1, model: keys[0] })).toEqual([['a', 2 * hour]]);
      const [b, a] = [byTime.filter(([model]) => model === 'b'), byTime.filter(([model]) => model === 'a')];
      expect(await opened({ order: 'stored' })).toEqual([...b, ...a]);
      expect(await opened({ order: 'stored', before: 4, limit: 2 })).toEqual([
        ['b', 1],
        ['a', 2 * hour],
      ]);
    });

    it('are all read, each once and newest first, by pages of any length', async () => {
      const opening = fc.tuple(fc.nat(2), fc.nat(5));
      await fc.assert(
        fc.asyncProperty(
          fc.array(opening, { maxLength: 30 }),
          fc.integer({ min: 1, max: 7 }),
          async (openings, limit) => {
            const store = await place.fresh();
            const keys = new Map<number, number>();
            for (const [model, at] of openings) {
              const key = keys.get(model) ?? (await store.register(`m${model}`, start, null)).key;
              keys.set(model, key);
              const openedAt = start + at;
              const incident = {
                openedAt,
                closedAt: openedAt + 1,
                checksFailed: 1,
                lastDetail: null,
              } as const;
              await store.write(
                batchOf(
                  modelWrite(key, { incidents: [{ ...incident, reason: 'timeout', blame: 'provider' }] }),
                ),
              );
            }
            const all = await store.incidents({ limit: 1_000 });
            const pages = [];
            for (let after: (typeof all)[number] | undefined; ; after = pages.at(-1)) {
              const page = await store.incidents({ limit, ...(after && { after }) });
              pages.push(...page);
              if (page.length < limit) break;
            }
            expect(pages).toEqual(all);
            await store.close();
          },
        ),
        { numRuns: amount(100, 6) },
      );
    });
  });
}
