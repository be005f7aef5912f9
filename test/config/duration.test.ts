import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/domain/duration.js';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['5y', 157_680_000_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5', 's', '5 s', '-5s', '1.5s', '5S', '1h30m', '9999999999s', '5w', '300000y'])(
    'refuses "%s"',
    (text) => expect(parseDuration(text)).toBeNull(),
  );

  it('is formatted in the largest exact unit, and parses to the same value', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'y'), (count, unit) => {
        const ms = parseDuration(`${count}${unit}`);
        fc.pre(ms !== null);
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect(formatDuration(90_000)).toBe('90s');
    expect(formatDuration(3_600_000)).toBe('1h');
    expect(formatDuration(0)).toBe('0ms');
  });
});
