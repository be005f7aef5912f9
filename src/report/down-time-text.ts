import { wholeSecondsUp } from '../domain/duration.js';

const downUnits = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Down time in full, such as `1h 2m 3s`; rounded up to whole seconds, so 0s means none. */
export function downTimeText(ms: number): string {
  let left = wholeSecondsUp(ms) / 1_000;
  const parts = downUnits.flatMap(([name, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count}${name}`] : [];
  });
  return parts.join(' ') || '0s';
}
