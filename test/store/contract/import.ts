import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileKinds, modelKinds, outboxKinds } from '../../../src/store/transfer/history-kinds.js';
import { useParts } from '../../app/parts.js';
import { amount } from '../../slow.js';
import { happenings, lead } from '../random-life.js';
import { retention, start } from '../samples.js';
import { full, type TransferKind } from './transfer-kind.js';

const short = { ...retention, checksMs: 3_600_000, failuresMs: 7_200_000, hoursMs: 86_400_000 };

/** What an export tells, and what an import makes of it. */
export function importContract(kind: TransferKind): void {
  const createParts = useParts();

  describe('export', () => {
    it('has lines of every kind, and its last line has their count', async () => {
      const { text } = await full(kind, createParts);
      const lines = text.trimEnd().split('\n');
      const parsed = lines.map((line) => JSON.parse(line) as { type: string; lines?: number });
      const ofLines = [modelKinds, fileKinds, outboxKinds].flatMap((some) => Object.keys(some));
      const kinds = ['header', 'model', ...ofLines, 'end'];
      expect(new Set(parsed.map(({ type }) => type))).toEqual(new Set(kinds));
      expect(parsed.at(-1)).toEqual({ type: 'end', lines: lines.length });
    });

    it('of some models contains no others and no global data', async () => {
      const { where } = await full(kind, createParts);
      const text = await kind.exported(where, ['other']);
      expect(text).not.toContain('"gpt"');
      expect(text).not.toContain('"missed"');
      expect(text).toContain('"type":"model","id":"other"');
      await expect(kind.exported(where, ['nobody'])).rejects.toThrow(
        'no model nobody in the database; it has gpt, other',
      );
    });

    it('escapes control and bidirectional characters without losing them', async () => {
      const { where, text } = await full(kind, createParts);
      expect(text).toMatch(/\\u009b31m.*\\u202e/);
      expect(text).not.toMatch(/[\u007f-\u009f\u2028\u202e]/);
      expect(JSON.stringify(await kind.content(where))).toContain('\u009b31m');
    });
  });

  describe('import', () => {
    it('into an empty database yields the same content, and changes nothing when repeated', async () => {
      const { where, text } = await full(kind, createParts);
      const target = await kind.somewhere();
      expect((await kind.imported(target, text)).map(({ how }) => how)).toEqual(['new', 'new']);
      expect(await kind.content(target)).toEqual(await kind.content(where));
      expect((await kind.imported(target, text)).map(({ how }) => how)).toEqual(['there', 'there']);
      expect(await kind.content(target)).toEqual(await kind.content(where));
      expect(await kind.exported(target)).toBe(text);
    });

    it('yields the same content for any history', async () => {
      await fc.assert(
        fc.asyncProperty(happenings, async (life) => {
          const [where, target] = [await kind.somewhere(), await kind.somewhere()];
          const store = await where.open({ retention: () => short });
          await lead(store, createParts(store), life);
          await store.close();
          await kind.imported(target, await kind.exported(where));
          expect(await kind.content(target)).toEqual(await kind.content(where));
        }),
        { numRuns: amount(20, 3) },
      );
    }, 60_000);

    it('fills a model that is registered but was never checked', async () => {
      const { where, text } = await full(kind, createParts);
      const target = await kind.somewhere();
      const store = await target.open();
      await store.register('gpt', start + 1, null);
      await store.close();
      await kind.imported(target, text);
      // What it swept is not known to be swept here.
      expect({ ...(await kind.content(target)), horizons: [] }).toEqual({
        ...(await kind.content(where)),
        horizons: [],
      });
    });

    it('skips a model whose history overlaps, and reports where', async () => {
      const { text } = await full(kind, createParts);
      const target = await kind.somewhere();
      const store = await target.open();
      const parts = createParts(store);
      await lead(
        store,
        parts,
        [{ kind: 'result', afterMs: 60_000, found: ['healthy', 'ok'], ms: 10 }],
        start + 1,
      );
      await store.close();
      const before = await kind.content(target);
      const taken = await kind.imported(target, text);
      expect(taken[0]).toMatchObject({
        how: 'left',
        id: 'gpt',
        there: { from: start + 1 },
        file: { from: start },
      });
      expect(taken[1]).toMatchObject({ how: 'new', id: 'other' });
      const after = await kind.content(target);
      expect(after.checks!.filter((row) => (row as string[])[0] === 'gpt')).toEqual(before.checks);
    });

    it('rejects a file with shorter retention that would hide existing data', async () => {
      const { where, text } = await full(kind, createParts);
      const days = text.replace(/("name":"days","since":)"[^"]+"/, '$1"2026-03-20T00:00:00.000Z"');
      const other = days.replaceAll('"gpt"', '"gpt-2"').replaceAll('"other"', '"other-2"');
      const before = await kind.content(where);
      await expect(kind.imported(where, other)).rejects.toMatchObject({
        message: expect.stringMatching(
          /^the file has days only from 2026-03-20T00:00:00.000Z on, the database from 2026-03-01T/,
        ),
      });
      expect(await kind.content(where)).toEqual(before);
      expect((await kind.imported(await kind.somewhere(), other)).map(({ how }) => how)).toEqual([
        'new',
        'new',
      ]);
    });

    it('does not count missed checks twice for files of the same daemon', async () => {
      const { where, text } = await full(kind, createParts);
      const target = await kind.somewhere();
      await kind.imported(target, text);
      const missed = (await kind.content(target)).missed;
      expect(missed).not.toEqual([]);
      const store = await where.open();
      await lead(
        store,
        createParts(store),
        [{ kind: 'result', afterMs: 60_000, found: ['healthy', 'ok'], ms: 10 }],
        start,
      );
      await store.close();
      const renamed = (await kind.exported(where)).replaceAll('"other"', '"third"');
      expect((await kind.imported(target, renamed)).map(({ how }) => how)).toContain('new');
      expect((await kind.content(target)).missed).toEqual(missed);
    });
  });
}
