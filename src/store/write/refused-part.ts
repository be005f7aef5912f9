import { types } from 'node:util';
import type { Refusal } from '../port.js';

const longestValue = 200;

/** The slot of a part, if it has one, and its numbers that are no safe integers, or else its beginning. */
export function describePart(what: Refusal['what'], part: unknown): Pick<Refusal, 'slot' | 'value'> {
  const odd: string[] = [];
  const text = JSON.stringify(part, (name, value: unknown) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    odd.push(`${name}: ${value}`);
    return String(value);
  });
  const slot =
    what === 'result' && typeof part === 'object' && part !== null && 'slot' in part
      ? Number(part.slot)
      : null;
  return { slot, value: (odd.length > 0 ? odd.join(', ') : text).slice(0, longestValue) };
}

/** True for the error of a value that has no code, or that no column takes: a retry would fail too. */
export function isUnusable(error: unknown): boolean {
  return types.isNativeError(error) && ['TypeError', 'RangeError'].includes(error.name);
}
