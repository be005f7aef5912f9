import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainText } from '../../src/domain/plain-text.js';
import { createProgress, painted, terminalOf } from '../../src/cli/terminal.js';
import { ageText } from '../../src/cli/tables/time-text.js';
import { tookText } from '../../src/domain/duration.js';

describe('plainText', () => {
  it.each([
    ['a\u001b[31mred\u001b[0m', 'ared'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009b2Jgone', 'gone'],
    ['\u001bPq#0\u001b\\sixel', 'sixel'],
    ['\u001bcreset', 'reset'],
    ['left\u202eright\u200b', 'leftright'],
    ['two\r\n\tlines', 'two lines'],
    ['bell\u0007 null\u0000', 'bell null'],
    ['a\t\u0000\tb', 'a b'],
    ['Grüße 模型 👍', 'Grüße 模型 👍'],
  ])('turns %j into %j', (text, plain) => expect(plainText(text)).toBe(plain));

  it('returns one line without control characters, and is idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = plainText(text);
        expect(plain).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(plainText(plain)).toBe(plain);
      }),
    );
  });
});

describe('terminal', () => {
  it.each([
    [{}, {}, { width: null, escapes: false, colour: false }],
    [{ isTTY: true, columns: 120 }, {}, { width: 120, escapes: true, colour: true }],
    [{ isTTY: true, columns: 120 }, { NO_COLOR: '1' }, { width: 120, escapes: true, colour: false }],
    [{ isTTY: true, columns: 120 }, { NO_COLOR: '' }, { width: 120, escapes: true, colour: true }],
    [{ isTTY: true }, { TERM: 'dumb' }, { width: 80, escapes: false, colour: false }],
  ])('with stream %j and environment %j is %j', (stream, environment, expected) =>
    expect(terminalOf(stream, environment)).toEqual(expected),
  );

  it('is sent colour codes only if it supports colour', () => {
    expect(painted('x', 'red', { colour: true })).toBe('\u001b[31mx\u001b[39m');
    expect(painted('x', 'red', { colour: false })).toBe('x');
    expect(painted('x', null, { colour: true })).toBe('x');
  });
});

describe('progress', () => {
  it('rewrites one line on a terminal and clears it at the end', () => {
    let written = '';
    const progress = createProgress(12, 'checked', { width: 80, escapes: true }, (text) => (written += text));
    progress.advance();
    progress.clear();
    expect(written).toBe('\r 0 of 12 checked\u001b[K\r 1 of 12 checked\u001b[K\r\u001b[K');
  });

  it('writes nothing without a terminal', () => {
    let written = '';
    const progress = createProgress(
      12,
      'checked',
      { width: null, escapes: false },
      (text) => (written += text),
    );
    progress.advance();
    progress.clear();
    expect(written).toBe('');
  });
});

describe('duration text', () => {
  it.each([
    [-5, '0s'],
    [999, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [61_000, '1m 1s'],
    [3_600_000, '1h'],
    [90_061_000, '1d 1h'],
    [400 * 86_400_000, '400d'],
  ])('for an age of %d ms is %s', (ms, text) => expect(ageText(ms)).toBe(text));

  it.each([
    [0.3, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [30_000, '30.00 s'],
  ])('for a duration of %d ms is %s', (ms, text) => expect(tookText(ms)).toBe(text));
});
