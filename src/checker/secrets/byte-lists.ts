import type { Unescaped } from './unescaped.js';

/** Least bytes of a list that is read. */
const least = 8;

/** Lists of bytes as programs print them: decimal as JSON and Go do, two hexadecimal digits as Node does, each with or without commas. */
const lists: readonly (readonly [list: RegExp, byte: RegExp, radix: number])[] = [
  [new RegExp(`(?<!\\d)(?:\\d{1,3}[, ]{1,16}){${least - 1},}\\d{1,3}(?!\\d)`, 'g'), /\d+/g, 10],
  [
    new RegExp(
      `(?<![\\da-z])(?:(?:0x)?[\\da-f]{2}[,: ]{1,16}){${least - 1},}(?:0x)?[\\da-f]{2}(?![\\da-z])`,
      'gi',
    ),
    /(?:0x)?[\da-f]{2}/gi,
    16,
  ],
];

/** What the bytes of one kind of list mean, one list after the other; null where the text has none. */
function textIn(line: string, list: RegExp, byte: RegExp, radix: number): Unescaped | null {
  let text = '';
  const borders: number[] = [0];
  for (const found of line.matchAll(list)) {
    // Lists do not continue each other.
    text += '\n';
    for (const one of found[0].matchAll(byte)) {
      const from = found.index + one.index;
      // What divides two bytes belongs to the first.
      borders[text.length] = from;
      text += String.fromCharCode(Number.parseInt(one[0], radix) & 0xff);
      borders[text.length] = from + one[0].length;
    }
  }
  return text === '' ? null : { text, borders: Uint32Array.from(borders) };
}

/** The texts that lists of at least eight byte values in the line mean, in linear time; none in most lines. */
export function textsInBytes(line: string): readonly Unescaped[] {
  return lists.flatMap(([list, byte, radix]) => textIn(line, list, byte, radix) ?? []);
}
