import { describe, expect, it } from '@jest/globals';
import { LineError } from '../../../src/store/transfer/import-line.js';
import { useParts } from '../../app/parts.js';
import { some } from '../../slow.js';
import { start } from '../samples.js';
import { full, type TransferKind } from './transfer-kind.js';

/** What an import says of lines that no export has. */
export function invalidLinesContract(kind: TransferKind): void {
  const createParts = useParts();
  let made: Promise<string> | null = null;
  /** An export in which everything has happened, made with its first use. */
  const fullText = (): Promise<string> => (made ??= full(kind, createParts).then(({ text }) => text));

  describe('invalid line', () => {
    const broken: readonly (readonly [
      what: string,
      change: (lines: string[]) => string[],
      message: RegExp,
    ])[] = [
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

    it.each(some(broken, 6))(
      'with %s is reported, and nothing is imported',
      async (_what, change, message) => {
        const text = await fullText();
        const target = await kind.somewhere();
        const lines = change(text.trimEnd().split('\n')).join('\n');
        const error: unknown = await kind.imported(target, lines).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(LineError);
        expect((error as LineError).message).toMatch(message);
        expect((await kind.content(target)).models).toEqual([]);
        expect(await kind.wrongIn(target)).toBe(0);
      },
    );

    const placeOf = (lines: string[], type: string): number =>
      lines.findIndex((line) => line.startsWith(`{"type":"${type}"`));
    const twice = (lines: string[], type: string): string[] =>
      lines.toSpliced(placeOf(lines, type), 0, lines[placeOf(lines, type)]!);
    const edit = (lines: string[], type: string, was: string | RegExp, is: string): string[] =>
      lines.with(placeOf(lines, type), lines[placeOf(lines, type)]!.replace(was, is));
  });
}
