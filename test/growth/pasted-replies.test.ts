import { expect, it } from '@jest/globals';
import { classify } from '../../src/checker/explain/classify-reply.js';
import { explain } from '../../src/checker/explain/explain.js';
import { some } from '../slow.js';
import { steepPieces } from './growth.js';

const pieces = some(
  [
    'HTTP/1.1 200 x\n\n',
    '< HTTP/1.1 200 x\n',
    '{',
    "{'a':",
    "{'a': '\\x4",
    '[{"a":1},',
    'Error: ',
    'a.b.',
    'Error code: 4',
    ' at \n',
    '\n',
    'an error occurred (x) when calling the y operation ',
    '* \n> \n',
    'status',
    '{ a: B(',
    '"{',
    '429 ',
    '(',
  ],
  12,
);

it('what somebody pasted is explained in time that grows with its length', async () => {
  expect(await steepPieces(pieces, (text) => explain(text))).toEqual([]);
  expect(
    await steepPieces(some(pieces, 4), (text) => explain(`Traceback (most recent call last)\n${text}`)),
  ).toEqual([]);
});

it('and so are replies of other programs', async () => {
  const read = (text: string) =>
    classify({
      status: 429,
      headers: { a: text, [text.slice(0, 99)]: text },
      body: { error: { message: text } },
    });
  expect(await steepPieces(some(pieces, 3), read)).toEqual([]);
});
