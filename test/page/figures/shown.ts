/** Visible text of a part of a page, parts of a row divided by `|`. */
export const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '|')
    .replaceAll(/\|(?:\s*\|)+/g, '|')
    .replaceAll(/^\||\|$/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<');

/** What stands behind `before` in a page, up to `after`. */
export function between(page: string, before: string, after: string): string {
  const start = page.indexOf(before);
  const end = page.indexOf(after, start + before.length);
  if (start < 0 || end < 0) throw new Error(`no ${before} … ${after} in the page`);
  return page.slice(start + before.length, end);
}

/** A ratio in percent, rounded down; less than all of it is never told as all. */
export const percent = (ratio: number, digits: number): string =>
  (Math.floor(Number((ratio * 100 * 10 ** digits).toFixed(6))) / 10 ** digits).toFixed(digits);
/** The same on pages, where all of it has no decimals, and what is not known is a dash. */
export const shown = (ratio: number | null, digits: number): string =>
  ratio === null ? '–' : ratio === 1 ? '100' : percent(ratio, digits);
/** A share of an error budget: rounded down, and up where it is overspent. */
export const share = (used: number): string =>
  used > 1 ? (Math.ceil(Number((used * 10_000).toFixed(6))) / 100).toFixed(2) : percent(used, 2);

const sizes = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds rounded up, in all units: `1d 1h 56m 55s`. */
export function lasted(seconds: number): string {
  let left = Math.ceil(Number(seconds.toFixed(3)));
  const parts = sizes.flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join(' ') || '0s';
}

const longUnits: Readonly<Record<string, string>> = { d: 'd', h: 'h', m: 'min', s: 's' };

/** The first two units of it, as pages show them: `1 d 1 h`. */
export function span(seconds: number): string {
  const parts = lasted(seconds).split(' ');
  const units = sizes.map(([unit]): string => unit);
  const first = units.indexOf(parts[0]!.slice(-1));
  return parts
    .filter((part) => units.indexOf(part.slice(-1)) - first < 2)
    .map((part) => `${part.slice(0, -1)} ${longUnits[part.slice(-1)]!}`)
    .join(' ');
}

/** `940 ms`, `1.25 s` */
export const took = (seconds: number | null): string =>
  seconds === null ? '–' : seconds < 1 ? `${Math.round(seconds * 1_000)} ms` : `${seconds.toFixed(2)} s`;

/** The rows of a table of a command, by their first cell. */
export const rowsOf = (table: string): Map<string, string[]> =>
  new Map(
    table
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/))
      .map(([name = '', ...cells]) => [name, cells]),
  );
