import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelMemory } from '../../../src/cli/model-memory.js';
import { exportHistory } from '../../../src/store/transfer/export.js';
import { fileKinds, modelKinds } from '../../../src/store/transfer/history-kinds.js';
import { importHistory } from '../../../src/store/transfer/import.js';
import { LineError } from '../../../src/store/transfer/import-line.js';
import { useParts } from '../../app/parts.js';
import { contentOf } from '../content.js';
import { fullLife } from '../full-life.js';
import { happenings, lead } from '../random-life.js';
import { migrationsDir, retention, start, workplace } from '../samples.js';
import { amount, some } from '../../slow.js';
import { wrongIn } from './replaying.js';

const place = workplace();
const createParts = useParts();
const short = { ...retention, checksMs: 3_600_000, failuresMs: 7_200_000, hoursMs: 86_400_000 };

const exported = (path: string, ids: string[] = []): string =>
  [...exportHistory(path, migrationsDir, ids)].join('');
async function* linesOf(text: string): AsyncGenerator<string[]> {
  yield await Promise.resolve(text.replace(/\n$/, '').split('\n'));
}
const imported = (path: string, text: string) =>
  importHistory({ path, migrationsDir, memory: modelMemory }, linesOf(text));

/** A file in which everything has happened. */
async function full(): Promise<{ path: string; text: string }> {
  const path = join(place.directory(), 'full.db');
  const store = place.open(path);
  await fullLife(store, createParts(store), start);
  await store.close();
  return { path, text: exported(path) };
}

describe('export', () => {
  it('has lines of every kind, and its last line has their count', async () => {
    const { text } = await full();
    const lines = text.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as { type: string; lines?: number });
    const kinds = ['header', 'model', ...Object.keys(modelKinds), ...Object.keys(fileKinds), 'end'];
    expect(new Set(parsed.map(({ type }) => type))).toEqual(new Set(kinds));
    expect(parsed.at(-1)).toEqual({ type: 'end', lines: lines.length });
  });

  it('of some models contains no others and no global data', async () => {
    const { path } = await full();
    const text = exported(path, ['other']);
    expect(text).not.toContain('"gpt"');
    expect(text).not.toContain('"missed"');
    expect(text).toContain('"type":"model","id":"other"');
    expect(() => exported(path, ['nobody'])).toThrow('no model nobody in the database; it has gpt, other');
  });

  it('escapes control and bidirectional characters without losing them', async () => {
    const { path, text } = await full();
    expect(text).toMatch(/\\u009b31m.*\\u202e/);
    expect(text).not.toMatch(/[\u007f-\u009f\u2028\u202e]/);
    expect(JSON.stringify(contentOf(path).details)).toContain('\u009b31m');
  });
});

describe('import', () => {
  it('into an empty database yields the same content, and changes nothing when repeated', async () => {
    const { path, text } = await full();
    const target = join(place.directory(), 'new', 'target.db');
    expect((await imported(target, text)).map(({ how }) => how)).toEqual(['new', 'new']);
    expect(contentOf(target)).toEqual(contentOf(path));
    expect((await imported(target, text)).map(({ how }) => how)).toEqual(['there', 'there']);
    expect(contentOf(target)).toEqual(contentOf(path));
    expect(exported(target)).toBe(text);
  });

  it('yields the same content for any history', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (life) => {
        const [path, target] = [join(place.directory(), 'a.db'), join(place.directory(), 'b.db')];
        const store = place.open(path, { retention: () => short });
        await lead(store, createParts(store), life);
        await store.close();
        await imported(target, exported(path));
        expect(contentOf(target)).toEqual(contentOf(path));
      }),
      { numRuns: amount(20, 3) },
    );
  }, 60_000);

  it('fills a model that is registered but was never checked', async () => {
    const { path, text } = await full();
    const target = join(place.directory(), 'target.db');
    const store = place.open(target);
    await store.register('gpt', start + 1, null);
    await store.close();
    await imported(target, text);
    // What it swept is not known to be swept here.
    expect({ ...contentOf(target), horizons: [] }).toEqual({ ...contentOf(path), horizons: [] });
  });

  it('skips a model whose history overlaps, and reports where', async () => {
    const { text } = await full();
    const target = join(place.directory(), 'target.db');
    const store = place.open(target);
    const parts = createParts(store);
    await lead(
      store,
      parts,
      [{ kind: 'result', afterMs: 60_000, found: ['healthy', 'ok'], ms: 10 }],
      start + 1,
    );
    await store.close();
    const before = contentOf(target);
    const taken = await imported(target, text);
    expect(taken[0]).toMatchObject({
      how: 'left',
      id: 'gpt',
      there: { from: start + 1 },
      file: { from: start },
    });
    expect(taken[1]).toMatchObject({ how: 'new', id: 'other' });
    const after = contentOf(target);
    expect(after.checks!.filter((row) => (row as string[])[0] === 'gpt')).toEqual(before.checks);
  });

  it('rejects a file with shorter retention that would hide existing data', async () => {
    const { path, text } = await full();
    const days = text.replace(/("name":"days","since":)"[^"]+"/, '$1"2026-03-20T00:00:00.000Z"');
    const other = days.replaceAll('"gpt"', '"gpt-2"').replaceAll('"other"', '"other-2"');
    const before = contentOf(path);
    await expect(imported(path, other)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^the file has days only from 2026-03-20T00:00:00.000Z on, the database from 2026-03-01T/,
      ),
    });
    expect(contentOf(path)).toEqual(before);
    expect((await imported(join(place.directory(), 'own.db'), other)).map(({ how }) => how)).toEqual([
      'new',
      'new',
    ]);
  });

  it('does not count missed checks twice for files of the same daemon', async () => {
    const { path, text } = await full();
    const target = join(place.directory(), 'target.db');
    await imported(target, text);
    const missed = contentOf(target).missed;
    expect(missed).not.toEqual([]);
    const store = place.open(path);
    await lead(
      store,
      createParts(store),
      [{ kind: 'result', afterMs: 60_000, found: ['healthy', 'ok'], ms: 10 }],
      start,
    );
    await store.close();
    const renamed = exported(path).replaceAll('"other"', '"third"');
    expect((await imported(target, renamed)).map(({ how }) => how)).toContain('new');
    expect(contentOf(target).missed).toEqual(missed);
  });

  it('is refused while a daemon uses the database', async () => {
    const { path, text } = await full();
    place.open(path);
    await expect(imported(path, text)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('is in use by another modelpulse daemon') as unknown,
    });
  });
});

describe('invalid line', () => {
  const broken: readonly (readonly [what: string, change: (lines: string[]) => string[], message: RegExp])[] =
    [
      ['a cut file', (lines) => lines.slice(0, -1), /^line \d+: is the last one and not of type "end"/],
      [
        'a lost line',
        (lines) => lines.toSpliced(9, 1),
        /^line \d+: lines is \d+, must be \d+: lines are missing/,
      ],
      [
        'an id that no configuration allows',
        (lines) => lines.map((line) => line.replace('"id":"gpt"', '"id":"g\\u001b[31m"')),
        /^line 2: id is .*, must be text of at most 200 characters without spaces/,
      ],
      ['a line too many', (lines) => [...lines, '{}'], /^line \d+: comes after the last line$/],
      [
        'another format',
        (lines) => lines.with(0, '{"type":"header","format":"x","version":1}'),
        /^line 1: format "x"/,
      ],
      [
        'a newer version',
        (lines) => lines.with(0, lines[0]!.replace(':1}', ':2}')),
        /^line 1: .* version 2 is not/,
      ],
      ['no JSON', (lines) => lines.with(3, 'hello'), /^line 4: is not a JSON object$/],
      [
        'an unknown kind',
        (lines) => lines.with(3, '{"type":"row"}'),
        /^line 4: type is "row", must be one of header, /,
      ],
      [
        'a line twice',
        (lines) => twice(lines, 'result'),
        /^line \d+: slot must be after that of the line before$/,
      ],
      [
        'a result at the first sight of its model',
        (lines) => edit(lines, 'result', /"slot":"[^"]+"/, `"slot":"${new Date(start).toISOString()}"`),
        /^line \d+: slot of the model gpt must be after its first_seen, 20/,
      ],
      [
        'a strange word',
        (lines) => edit(lines, 'state', /"state":"\w+"/, '"state":"red"'),
        /state is "red", must be one/,
      ],
      [
        'a strange time',
        (lines) => edit(lines, 'gap', /"slot":"[^"]+"/, '"slot":"today"'),
        /slot is "today", must be a/,
      ],
      [
        'a strange member',
        (lines) => edit(lines, 'day', '}', ',"constructor":1}'),
        /"constructor" is no member; there/,
      ],
      [
        'half an hour',
        (lines) => edit(lines, 'hour', ':00:00.000Z', ':30:00.000Z'),
        /must be a full hour from 2000 to 2100 such as/,
      ],
      [
        'negative counts',
        (lines) => edit(lines, 'total', /"count":\d+/, '"count":-1'),
        /count is -1, must be a whole/,
      ],
      [
        'a broken memory',
        (lines) => edit(lines, 'model', '"settled":1', '"settled":"1'),
        /is not a JSON object/,
      ],
      [
        'no memory',
        (lines) => edit(lines, 'model', '"settled":', '"unsettled":'),
        /memory\.health\.settled must be/,
      ],
      [
        'keys that are none',
        (lines) => edit(lines, 'model', '"keys":null', '"keys":{}'),
        /memory\.keys\.healthy is required/,
      ],
      [
        'a schedule that is none',
        (lines) => edit(lines, 'model', '"kind":"every"', '"kind":"ever"'),
        /memory\.epochs\.0\.schedule must be a schedule with its kind/,
      ],
      [
        'a newest result that is none',
        (lines) => edit(lines, 'model', '"phases":{', '"phrases":{'),
        /latest\.phases is required/,
      ],
      [
        'another model',
        (lines) => edit(lines, 'state', '"gpt"', '"gtp"'),
        /^line \d+: model must be gpt, whose lines/,
      ],
      ['no order', (lines) => [...lines.slice(0, 2), ...lines.slice(2).reverse()], /^line 3: lines is/],
    ];

  it.each(some(broken, 6))('with %s is reported, and nothing is imported', async (_what, change, message) => {
    const { text } = await full();
    const target = join(place.directory(), 'target.db');
    const lines = change(text.trimEnd().split('\n')).join('\n');
    const error: unknown = await imported(target, lines).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LineError);
    expect((error as LineError).message).toMatch(message);
    expect(contentOf(target).models).toEqual([]);
    expect(wrongIn(target)).toBe(0);
  });

  const placeOf = (lines: string[], type: string): number =>
    lines.findIndex((line) => line.startsWith(`{"type":"${type}"`));
  const twice = (lines: string[], type: string): string[] =>
    lines.toSpliced(placeOf(lines, type), 0, lines[placeOf(lines, type)]!);
  const edit = (lines: string[], type: string, was: string | RegExp, is: string): string[] =>
    lines.with(placeOf(lines, type), lines[placeOf(lines, type)]!.replace(was, is));
});
