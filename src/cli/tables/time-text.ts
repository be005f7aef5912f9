import { dayMs, hourMs, minuteMs } from '../../domain/period.js';

const units = [
  ['d', dayMs],
  ['h', hourMs],
  ['m', minuteMs],
  ['s', 1_000],
] as const;

/** An age in its two largest units, such as `3d 4h` or `12s`; less than a second is `0s`. */
export function ageText(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0s';
  let left = ms;
  const parts = units.slice(first, first + 2).map(([name, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return { count, text: `${count}${name}` };
  });
  return parts
    .filter(({ count }) => count > 0)
    .map(({ text }) => text)
    .join(' ');
}
