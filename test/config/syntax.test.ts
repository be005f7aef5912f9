import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { directoryOf, problemsOf } from './loading.js';

async function problemOf(text: string): Promise<string[]> {
  const directory = await directoryOf({ 'main.yaml': text });
  return problemsOf(join(directory, 'main.yaml'), {}, directory);
}

describe('a fault of YAML', () => {
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
  ])('in %j says what to write', async (text, message) => {
    const problems = await problemOf(text);
    expect(problems[0]).toMatch(message);
    expect(problems.join()).not.toMatch(/sk-secret|mapping|implicit|Flow|token/i);
  });
});

describe('a key in the wrong place', () => {
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
  ])('%s says what to write', async (written, message) => {
    expect(await problemOf(model(written))).toEqual([expect.stringContaining(`models[0].${message}`)]);
  });

  it('of a section says so as well', async () => {
    expect(await problemOf('concurrency: 3\nmodels: []\n')).toEqual([
      'main.yaml:1:1: concurrency: unknown key; it stands in "checker": write "checker: {concurrency: ...}"',
    ]);
  });
});
