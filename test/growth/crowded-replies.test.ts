import { describe, expect, it } from '@jest/globals';
import { custom } from '../../src/checker/ask/dialects/custom.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { judgeExtracted } from '../../src/checker/verdict/judge.js';
import { crowdIn } from '../../src/checker/verdict/json-or-text.js';
import { modelAt } from '../checker/model.js';
import { costOf } from './growth.js';

const meets = createExpectations();

const filled = (piece: string, between: string, length: number): string =>
  Array.from({ length: Math.floor(length / (piece.length + between.length)) }, () => piece).join(between);
const counted = (piece: (index: number) => string, count: number): string =>
  Array.from({ length: count }, (_each, index) => piece(index)).join(',');
const digits = (index: number): string => index.toString(36);

/** An object of this many names, which V8 keeps in a table where they are over a thousand. */
const objectOf = (members: number): string => `{${counted((index) => `"k${digits(index)}":null`, members)}}`;
const holders = ['data', 'output', 'result', 'response', 'job', 'task'];
const held = (value: string, count = holders.length): string =>
  holders
    .slice(0, count)
    .map((name) => `"${name}":${value}`)
    .join(',');

/** This share of the most different texts, of the most texts and objects, and of the most values that are read. */
const mixed = (share: number): string =>
  `[[${counted((index) => `"\\n${digits(index)}"`, Math.floor(32_000 * share))}],[${filled('{"a":1}', ',', 8 * 34_000 * share)}],[${filled('1.5', ',', 4 * 84_000 * share)}]]`;

/** What a provider of any format may send: as much as is read, and the same of what was read once. */
const ofAnyFormat: readonly [string, string][] = [
  ['objects of thousands of names', `{"id":1,"status":"x",${held(objectOf(9_900))}}`],
  ['a failed run with as many names as are read', `{"id":1,"status":"failed",${held(objectOf(2_100))}}`],
  ['an object of as many names as are read', `{"id":1,"status":"failed",${held(objectOf(7_900), 1)}}`],
  ['many objects of the longest that are read fast', `[${filled(objectOf(999), ',', 730_000)}]`],
  [
    'empty errors',
    `{"errors":[${filled('{}', ',', 150_000)}],"data":{"errors":[${filled('[]', ',', 148_000)}]}}`,
  ],
  [
    'a failed run with empty errors',
    `{"status":"failed",${held(`{"error":[${filled('{}', ',', 48_000)}]}`)}}`,
  ],
  ['as many different texts as are read', `[${counted((index) => `"\\n${digits(index)}"`, 31_900)}]`],
  ['objects of other names each', `[${counted((index) => `{"k${digits(index)}":1}`, 7_900)}]`],
  [
    'objects of the same names in another order each',
    `[${counted((index) => `{"a${index % 97}":1,"b${index % 89}":1,"c${index % 83}":1}`, 13_000)}]`,
  ],
  ['numbers', `[${filled('1.5', ',', 590_000)}]`],
  ['long numbers', `[${filled('-0.12', ',', 890_000)}]`],
  ['objects of the same names', `[${filled('{"a":1}', ',', 239_000)}]`],
  [
    'log probabilities of 700 tokens with 20 others each',
    `{"logprobs":[${filled(`{"token":" t","top":[${filled('{"token":" t","logprob":-0.1234,"bytes":[1,2,3]}', ',', 1_000)}]}`, ',', 740_000)}]}`,
  ],
];

/** ms for which such a reply may hold the loop while it is judged, with each status. */
const mostJudgedMs = 50;

function judgedAsCustom(body: Buffer, status: number, responseFormat: string | null) {
  const model = modelAt('http://127.0.0.1:1', {
    provider: 'custom',
    custom: { payload: { q: '{prompt}' }, responseFormat },
    expect: {},
  });
  const judging = { model, dialect: custom, meets, reading: null };
  return judgeExtracted({ status, headers: {}, body, overLimit: false }, judging, () =>
    Promise.resolve(null),
  );
}

describe('a reply of many objects', () => {
  it.each(
    ofAnyFormat.flatMap(([what, text]) =>
      (
        [
          [200, null],
          [200, '.a'],
          [503, null],
        ] as const
      ).map(([status, program]) => [what, status, program, Buffer.from(text)] as const),
    ),
  )(
    'is judged without blocking the event loop for long: %s with %i and the program %s',
    async (_what, status, program, body) => {
      const work = () => judgedAsCustom(body, status, program);
      expect(await costOf(work, mostJudgedMs)).toBeLessThan(mostJudgedMs);
    },
  );

  it('is rejected for too many members, of which those of objects with thousands count most', () => {
    const many = 'over 60000 members';
    expect(crowdIn(`[${filled(objectOf(9), ',', 750_000)}]`)).toBe(many);
    expect(crowdIn(`[${objectOf(7_000)},${objectOf(7_000)}]`)).toBe(many);
    expect(crowdIn(`[${objectOf(7_000)},${objectOf(1_000)}]`)).toBeNull();
  });

  it('is rejected where it comes near to several limits', () => {
    expect(crowdIn(mixed(0.6))).toBeNull();
    expect(crowdIn(mixed(0.66))).toBe('too many texts, lists, objects and values in all');
  });

  it('is accepted if the objects are alike, also inside each other', () => {
    const model = '{"id":"m","cost":{"in":1,"out":{"text":1}},"name":"M"}';
    expect(crowdIn(`{"data":[${filled(model, ',', 300_000)}]}`)).toBeNull();
  });
});
