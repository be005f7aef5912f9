import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorIn } from '../../../src/checker/verdict/error-member.js';
import { reasonOfText } from '../../../src/checker/verdict/error-rules.js';
import { plainText } from '../../../src/checker/verdict/error-rules/plain-text.js';
import { jsonOrText } from '../../../src/checker/verdict/json-or-text.js';

interface Case {
  readonly reply: { readonly status: number; readonly body?: string };
}

const folder = new URL('../../fixtures/replies/', import.meta.url);

/** The texts of all labelled failures, with their status. */
const told = readdirSync(folder)
  .filter((name) => name !== 'seed-request.json')
  .flatMap((name) => (JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { cases: Case[] }).cases)
  .filter(({ reply }) => reply.status >= 400)
  .map(({ reply }) => ({
    status: reply.status,
    text: errorIn(jsonOrText(reply.body ?? ''), false)?.text ?? '',
  }))
  .filter(({ text }) => text.length > 3 && text.length < 1_000);

/** Ways of writing the same text. */
const ways: readonly (readonly [string, (text: string) => string])[] = [
  ['with typographic apostrophes', (text) => text.replace(/(\p{L})'(\p{L})/gu, '$1’$2')],
  ['with references of HTML', (text) => text.replaceAll("'", '&#39;').replaceAll('"', '&quot;')],
  ['with two spaces between sentences', (text) => text.replace(/([.!?]) (?=\p{L})/gu, '$1  ')],
  ['with spaces that do not break', (text) => text.replace(/(?<=\p{L}) (?=\p{L})/gu, '\u00a0')],
  ['with the number of the request', (text) => `${text} (request id: 2026113018451200)`],
];

describe('the text of an error has the same reason', () => {
  it('in over 1,000 labelled failures', () => expect(told.length).toBeGreaterThan(1_000));

  it.each(ways)('%s', (_way, write) => {
    const differing = told.filter(
      ({ text, status }) => reasonOfText(write(text), status) !== reasonOfText(text, status),
    );
    expect(differing.map(({ text }) => text)).toEqual([]);
  });

  it('wrapped into lines, but for sentences and periods that a line ends', () => {
    const wrap = (text: string): string => text.replace(/(?<=\p{L}) (?=\p{Ll})/gu, '\n');
    const differing = told.filter(
      ({ text, status }) => reasonOfText(wrap(text), status) !== reasonOfText(text, status),
    );
    expect(differing.map(({ text }) => text)).toEqual([]);
  });
});

it.each([
  ['one\ntwo', 'one two'],
  ['one.\ntwo', 'one.\ntwo'],
  ['one\n\ntwo', 'one\n\ntwo'],
  ['one\r\ntwo', 'one two'],
  ['key: value\nNext: value', 'key: value\nNext: value'],
  ['it&#39;s &lt;b&gt; &amp; R&D', "it's <b> & R&D"],
  ['as written', 'as written'],
])('%j is read as %j', (text, plain) => expect(plainText(text)).toBe(plain));
