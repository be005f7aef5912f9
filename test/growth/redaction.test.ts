import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedaction } from '../../src/checker/secrets/redact.js';
import { base64WritingsOf, folded, writingsOf } from '../../src/checker/secrets/secret-search.js';
import { costOf } from './growth.js';
import { some } from '../slow.js';

/** ms of processor time for which one redaction may hold the loop, with a margin for a core that others share. */
const mostHeldMs = 60;
/** Most secrets of a caller, and characters of a text that a redaction reads. */
const most = 64;
const read = 9_000;

const many = (each: (index: number) => string): string[] =>
  Array.from({ length: most }, (_each, index) => each(index));
const said = (each: (index: number) => string): string => many(each).join(' ').slice(0, read);

/** The secrets that a caller may describe in 64 KiB, and what its own server answers. */
const worst: readonly [string, readonly string[], string][] = [
  ['one secret as long as a request', ['&'.repeat(60_000)], '&'.repeat(read)],
  [
    'long secrets, with the beginning of each in the reply',
    Array.from({ length: 7 }, (_each, index) => `${'&'.repeat(8_900)}${index}`),
    Array.from({ length: 7 }, (_each, index) => `${'&'.repeat(1_200)}${index}`).join(' '),
  ],
  ['words that the reply repeats', many((index) => `word${index}x&`), said((index) => `word${index}x&`)],
  [
    'words of special characters',
    many((index) => `wo&rd<${index}>${'"y'.repeat(90)}`),
    said((index) => `wo&rd<${index}>${'"y'.repeat(12)}`),
  ],
  [
    'keys that begin alike',
    many((index) => `sk-test-${index}-abcdefghijklmnop`),
    said((index) => `sk-test-${index}-abcdefghijklm`),
  ],
  [
    'keys whose common beginning is repeated',
    many((index) => `sk-test-${index}-abcdefghij`),
    'sk-test-'.repeat(1_100),
  ],
  [
    'keys in an escaped reply',
    many((index) => `sk/test/${index}/abcdefghijklmnop`),
    said((index) => String.raw`sk\/test\/${index}\/abcdefghij\u006b`),
  ],
  [
    'keys whose common beginning is repeated, escaped',
    many((index) => `sk/test/${index}/abcdefghij`),
    String.raw`sk\/test\/`.repeat(900),
  ],
  ['backslashes only', many((index) => `\\\\/${index}/\\abcdefgh`), '\\'.repeat(read)],
  ['a list of bytes', many((index) => `key-${index}-abcdefghijkl`), '107,101,121,45,49,'.repeat(read / 18)],
  [
    'nearly lists of bytes',
    many((index) => `key-${index}-abcdefgh`),
    `${'6b 65 79,   '.repeat(2)}x `.repeat(read / 26),
  ],
  ['wide lists of bytes', many((index) => `key-${index}-abcdefgh`), `107${' '.repeat(16)}`.repeat(read / 19)],
  ['escapes inside of escapes', many((index) => `%25${index}%252f/abcdefgh`), `%${'25'.repeat(read / 2)}`],
];

describe('redaction', () => {
  it.each(some(worst, 2))(
    `blocks the event loop for at most ${mostHeldMs} ms: %s`,
    async (_name, secrets, text) => {
      const cost = await costOf(() => void createRedaction(secrets)(text, 2_000), mostHeldMs);
      expect(cost).toBeLessThan(mostHeldMs);
    },
  );
});

it('every encoding of a secret begins with the encoding of its beginning', () => {
  const text = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' });
  fc.assert(
    fc.property(text, fc.nat(40), (secret, length) => {
      const head = secret.slice(0, length).replace(/[\ud800-\udbff]$/, '');
      for (const write of [...writingsOf(secret), ...base64WritingsOf(secret)])
        expect(folded(write(secret)).startsWith(folded(write(head)))).toBe(true);
    }),
    {
      examples: [
        ['ΑΣ ΑΣΑΣ ΑΣ', 2],
        ['İstanbul-İ-key', 5],
      ],
    },
  );
});
