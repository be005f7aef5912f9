import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSource } from '../../src/config/read/source.js';
import { directoryOf, problemsOf } from './loading.js';
import { some } from '../slow.js';

async function problemOf(text: string): Promise<string[]> {
  const directory = await directoryOf({ 'main.yaml': text });
  return problemsOf(join(directory, 'main.yaml'), {}, directory);
}

describe('YAML syntax error', () => {
  it.each([
    ['a: what is: this\n', /^main\.yaml:1:4: a value holds ": ".*in quotes/],
    ['models:\n\t- id: a\n', /^main\.yaml:2:1: is indented with a tab/],
    ['a: "sk-secret\nb: 2\n', /a text that begins with a double quote does not end/],
    ["a: 'sk-secret\nb: 2\n", /a text that begins with a single quote does not end/],
    ['a:\n  b: 1\n c: 2\n', /^main\.yaml:3:1: is indented differently/],
    ['a:\n  - 1\n - 2\n', /a list item stands where a key is expected/],
    ['models:\n  - id: x\n   b: 1\n', /^main\.yaml:3:1: is indented differently/],
    ['a: @sk-secret\n', /begins with a sign that YAML reserves/],
    ['a:1\nb: 2\n', /write "key: value", with a space after the colon/],
    ['a: 1\nsk-secret\n', /write "key: value", with a space after the colon/],
    ['a: {b: 1, c: 2\nd: 3\n', /a map is not closed with "}"/],
    ['a: [1, 2\nb: 3\n', /a list is not closed with "]"/],
    ['a: !sk-secret x\n', /has a tag/],
    ['a: "C:\\data"\n', /a text in double quotes holds a \\/],
    ['a: "x" sk-secret\n', /has text after the end of a value/],
    ['a: - 1\n', /a list cannot begin on the line of its key/],
    ['a: {b: ${KEY}}\n', /such as "\$\{NAME\}", in quotes/],
    ['a: *sk\n', /the anchor "sk" is not defined before its use; put a text that begins with "\*" in quotes/],
    ['a: }\n', /has a closing bracket without the opening one/],
    ['a: [,1]\n', /has a "," without an item before it/],
    ['a: "x"#c\n', /a comment needs a space before its "#"/],
    ['models: []\nmodels: []\n', /^main\.yaml:2:1: models: is set more than once/],
  ])('in %j is reported with advice', async (text, message) => {
    const problems = await problemOf(text);
    expect(problems[0]).toMatch(message);
    expect(problems.join()).not.toMatch(/sk-secret|mapping|implicit|Flow|token/i);
  });
});

describe('nesting', () => {
  const fits = 'the file is read';
  /** The first problem, or that there is none of nesting. */
  const nestingOf = (text: string): string =>
    parseSource('c.yaml', '/c.yaml', text).problems.find((problem) =>
      problem.endsWith('nested too deeply'),
    ) ?? fits;

  it.each([
    ['lists in brackets', (levels: number) => '['.repeat(levels) + ']'.repeat(levels), '1:102'],
    ['maps in brackets', (levels: number) => '{a: '.repeat(levels) + '}'.repeat(levels), '1:402'],
    ['lists in lines', (levels: number) => `${'- '.repeat(levels)}1`, '1:203'],
    [
      'maps in lines',
      (levels: number) => Array.from({ length: levels }, (_level, at) => `${' '.repeat(at)}a:\n`).join(''),
      '101:101',
    ],
    ['keys that are lists', (levels: number) => `${'? - '.repeat(levels / 2)}1`, '1:203'],
    ['JSON', (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels), '1:502'],
  ])(
    'of %s is limited to 100 levels, and deeper levels are reported with their location',
    (_what, nested, place) => {
      expect(nestingOf(nested(100))).toBe(fits);
      for (const levels of [102, 110, 1_000])
        expect(nestingOf(nested(levels))).toBe(`c.yaml:${place}: is nested too deeply`);
    },
  );

  it.each(
    some(['[', '{', '{a: ', '- ', '? ', '- [', '? [', '- ? ', '[{a: ', '!!seq [', '&a [', '["', '{? '], 2),
  )('of unclosed %j is an error', (piece) => {
    const text = piece.repeat(Math.ceil((128 * 1_024) / piece.length));
    expect(parseSource('c.yaml', '/c.yaml', text).problems).toHaveLength(1);
  });

  const brackets = '[{'.repeat(500);
  it.each([
    ['double quotes', `a: "${brackets}"\n`],
    ['single quotes', `a: '${brackets}'\n`],
    ['a block scalar', `a: |\n  ${brackets}\nb: >-\n  ${brackets}\n`],
    ['a comment', `a: 1 # ${brackets}\n# ${brackets}\n`],
    ['a plain text', `a: x${'['.repeat(500)}\n`],
    ['many lists side by side', `a: [${'[1], '.repeat(500)}]\n`],
    [
      'a deep indentation of a text',
      `a: |\n${Array.from({ length: 300 }, (_line, at) => `  ${' '.repeat(at)}- [`).join('\n')}\n`,
    ],
    ['a far indentation', `a:\n${' '.repeat(300)}b: 1\n`],
  ])('is not counted in %s', (_where, text) => {
    expect(parseSource('c.yaml', '/c.yaml', text).problems).toEqual([]);
  });
});

describe('misplaced key', () => {
  const model = (more: string) => `models: [{ id: a, provider: openai, model: m, ${more} }]`;

  it.each([
    ['schedule: 90s', 'schedule: must be a map: write "schedule: {every: 90s}"'],
    ['schedule: 60', 'schedule: must be a map: write "schedule: {every: 60s}"'],
    ['schedule: often', 'schedule: must be a map: write "schedule: {every: 60s}"'],
    ['schedule: "*/5 * * * *"', 'schedule: must be a map: write "schedule: {cron: \'*/5 * * * *\'}"'],
    ['every: 60s', 'every: unknown key; it stands in "schedule": write "schedule: {every: ...}"'],
    ['cron: "* * * * *"', 'cron: unknown key; it stands in "schedule": write "schedule: {cron: ...}"'],
    ['contains: x', 'contains: unknown key; it stands in "expect": write "expect: {contains: ...}"'],
    ['ca_file: x', 'ca_file: unknown key; it stands in "tls": write "tls: {ca_file: ...}"'],
    ['timout: 5s', 'timout: unknown key; did you mean "timeout"?'],
  ])('%s is reported with a suggestion', async (written, message) => {
    expect(await problemOf(model(written))).toEqual([expect.stringContaining(`models[0].${message}`)]);
  });

  it('of a section is reported with a suggestion', async () => {
    expect(await problemOf('concurrency: 3\nmodels: []\n')).toEqual([
      'main.yaml:1:1: concurrency: unknown key; it stands in "checker": write "checker: {concurrency: ...}"',
    ]);
  });
});
