import { speedNames, type Speed } from '../../domain/speed.js';
import { getVarint, putVarint } from '../varint.js';

const longestVarint = 8;

/** The speed of a result as bytes: each figure in whole ms and one more, since 0 stands for null, as LEB128 varints. */
export function encodeSpeed(speed: Speed): Uint8Array {
  const bytes = new Uint8Array(speedNames.length * longestVarint);
  let length = 0;
  for (const name of speedNames) {
    const ms = speed[name] === null ? null : Math.round(speed[name]);
    if (ms !== null && !(ms >= 0 && ms < Number.MAX_SAFE_INTEGER))
      throw new RangeError(`${name}: ${ms} is no time in ms`);
    length = putVarint(bytes, length, ms === null ? 0 : ms + 1);
  }
  return bytes.slice(0, length);
}

export function decodeSpeed(blob: Uint8Array): Speed {
  const place = { blob, at: 0 };
  const next = (): number | null => {
    const stored = getVarint(place);
    return stored === 0 ? null : stored - 1;
  };
  return { firstTextMs: next(), firstReasoningMs: next(), contentMs: next(), gapMs: next() };
}
