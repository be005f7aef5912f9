import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthOf } from '../../../src/checker/verdict/json-or-text.js';

function trueDepth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(trueDepth));
}

it('counts the depth of lists and objects, whatever strings contain', () => {
  const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a') });
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      text,
      fc.integer(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      expect(depthOf(JSON.stringify(any))).toBe(trueDepth(any));
    }),
    { examples: [[[']]]]', [[[1]]]]], [['\\"]', { '}': [] }]]] },
  );
});
