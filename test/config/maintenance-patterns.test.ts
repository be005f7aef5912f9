import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelMatcher } from '../../src/config/maintenance.js';
import { amount } from '../slow.js';

const matches = (pattern: string, id: string): boolean => modelMatcher({ models: [pattern] })(id);
const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

describe('maintenance pattern', () => {
  it.each([
    ['*', 'gpt', true],
    ['*', '.hidden', true],
    ['gpt-*', 'gpt-4', true],
    ['gpt-*', 'gpt-', true],
    ['gpt-*', 'my-gpt-4', false],
    ['*-eu', 'gpt-eu', true],
    ['a*a', 'a', false],
    ['*-prod-*', 'a-prod-b', true],
    ['gpt', 'GPT', false],
    ['a[1]', 'a[1]', true],
    ['!a', 'b', false],
  ])('%s for the model %s: %s', (pattern, id, expected) => {
    expect(matches(pattern, id)).toBe(expected);
  });

  it('matches any characters with an asterisk, and all other characters literally', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const parts = fc.array(letters, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(parts, letters, (pieces, id) => {
        const reference = new RegExp(`^${pieces.map(quoted).join('.*')}$`);
        expect(matches(pieces.join('*'), id)).toBe(reference.test(id));
      }),
      { numRuns: amount(2_000, 200) },
    );
  });

  it('can be one of several', () => {
    const covered = modelMatcher({ models: ['gpt-*', 'mixtral'] });
    expect(['gpt-4', 'mixtral', 'mixtral-2'].map(covered)).toEqual([true, true, false]);
  });
});
