const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Time that something was down, in full, such as `1h 2m 3s`; part of a second counts as a whole one, so 0s is none. */
export function downTimeText(ms: number): string {
  let left = Math.ceil(ms / 1_000);
  const parts = units.flatMap(([name, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count}${name}`] : [];
  });
  return parts.join(' ') || '0s';
}
