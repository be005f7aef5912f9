import { expect, it } from '@jest/globals';
import { addAll, highest, lowest } from '../../src/domain/list.js';

it('takes lists that are too long for the arguments of a call', () => {
  const many = Array.from({ length: 300_000 }, (_, index) => index);
  expect(() => Math.max(...many)).toThrow(RangeError);
  const list = [-1];
  addAll(list, many);
  expect(list).toHaveLength(300_001);
  expect([highest(list), lowest(list)]).toEqual([299_999, -1]);
  expect([highest([]), lowest([])]).toEqual([-Infinity, Infinity]);
  expect(highest([1, NaN])).toBeNaN();
});
