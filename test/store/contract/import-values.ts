import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelNamed, useParts } from '../../app/parts.js';
import { start } from '../samples.js';
import { full, type TransferKind } from './transfer-kind.js';

/** The line with another value in the place of one of its leaves. */
function withLeaf(line: string, index: number, value: unknown): string {
  const object = JSON.parse(line) as Record<string, unknown>;
  const leaves: [Record<string, unknown>, string][] = [];
  const visit = (node: Record<string, unknown>): void => {
    for (const [name, child] of Object.entries(node)) {
      if (name === 'type' || name === 'model') continue;
      if (typeof child === 'object' && child !== null) visit(child as Record<string, unknown>);
      else leaves.push([node, name]);
    }
  };
  visit(object);
  const [node, name] = leaves[index % leaves.length] ?? [object, 'type'];
  node[name] = value;
  return JSON.stringify(object);
}

/** Values that an import refuses; `runs` of them are made up. */
export function importValuesContract(kind: TransferKind, runs: number): void {
  const createParts = useParts();
  let made: Promise<string> | null = null;
  /** An export in which everything has happened, made with its first use. */
  const fullText = (): Promise<string> => (made ??= full(kind, createParts).then(({ text }) => text));

  describe('import', () => {
    it('rejects a schedule that no daemon could use, and names the line and the member', async () => {
      const text = await fullText();
      const every = /"schedule":\{"kind":"every","everyMs":\d+\}/;
      const cron = (expression: string, timezone: string) =>
        text.replace(
          every,
          `"schedule":${JSON.stringify({ kind: 'cron', expression, timezone, spreadMs: null })}`,
        );
      for (const [file, problem] of [
        [cron('61 * * * *', 'UTC'), 'epochs.0.schedule.expression minute must be 0-59, not "61"'],
        [cron('0 0 31 2 *', 'UTC'), 'epochs.0.schedule.expression never matches any date'],
        [cron('* * * * *', 'Mars/Base'), 'epochs.0.schedule.timezone must be a time zone'],
      ] as const) {
        const target = await kind.somewhere();
        await expect(kind.imported(target, file)).rejects.toThrow(/^line 2: /);
        await expect(kind.imported(target, file)).rejects.toThrow(problem);
      }
    });

    const isTime = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-.*Z$/.test(value);
    it.each([
      ['a time before 2000', true, '1999-12-31T00:00:00.000Z', 'from 2000 to 2100'],
      ['a time after 2100', true, '2100-01-02T00:00:00.000Z', 'from 2000 to 2100'],
      ['half a character', false, 'half \ud800', 'must be (one of|(well-formed )?text)'],
      ['a text without end', false, 'x'.repeat(65_537), 'must be (one of|(well-formed )?text)'],
    ])('refuses %s in any member of any line', async (_, times, absurd, problem) => {
      const lines = (await fullText()).trimEnd().split('\n');
      const seen = new Set<string>();
      const target = await kind.somewhere();
      for (const [at, line] of lines.entries()) {
        const { type, ...members } = JSON.parse(line) as Record<string, unknown> & { type: string };
        // The first line says what the file is, and is read on its own.
        if (at === 0) continue;
        for (const [member, value] of Object.entries(members)) {
          const fits = typeof value === 'string' && isTime(value) === times;
          if (!fits || member === 'model' || seen.has(`${type} ${member}`)) continue;
          seen.add(`${type} ${member}`);
          const changed = lines.with(at, JSON.stringify({ type, ...members, [member]: absurd }));
          await expect(kind.imported(target, `${changed.join('\n')}\n`)).rejects.toThrow(
            new RegExp(`^line ${at + 1}: ${member} .*${problem}`),
          );
        }
      }
      expect(seen.size).toBeGreaterThan(10);
    });

    it('never accepts a value that the daemon or a new export could not read', async () => {
      const text = await fullText();
      const lines = text.trimEnd().split('\n');
      const absurd = fc.constantFrom<unknown>(
        1e30,
        -1,
        12.5,
        2 ** 53,
        9e15,
        '5',
        '',
        'x'.repeat(1_000_000),
        '\ud800',
        null,
        true,
        [],
        {},
        '1969-12-31T23:59:59.999Z',
        '2200-01-01T00:00:00.000Z',
      );
      const taken: string[] = [];
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), absurd, async (line, leaf, value) => {
          const at = 1 + (line % (lines.length - 2));
          const changed = lines
            .map((each, index) => (index === at ? withLeaf(each, leaf, value) : each))
            .join('\n');
          const target = await kind.somewhere();
          try {
            await kind.imported(target, `${changed}\n`);
          } catch (error) {
            expect(String(error)).toMatch(/^LineError: line \d+: |^StoreError: /);
            return;
          }
          taken.push(changed);
          const store = await target.open();
          const parts = createParts(store);
          await parts.roster.replace([modelNamed('gpt'), modelNamed('other')], start + 40 * 86_400_000);
          await parts.record('gpt', start + 41 * 86_400_000);
          expect(parts.refusals).toEqual([]);
          await parts.writer.drain();
          await store.close();
          const again = await kind.exported(target);
          await kind.imported(await kind.somewhere(), again);
        }),
        { numRuns: runs },
      );
    }, 120_000);
  });
}
