import { cut } from './foreign-text.js';

/** What XML 1.0 has no way to write (production 2, Char), and halves of surrogate pairs, which strict readers of JSON refuse. */
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** Bounds of one text in a document. */
export const longestLine = 300;
export const longestText = 10_000;

/** Text that every format can carry: U+FFFD for what XML forbids, line ends as XML reads them. */
export function portableText(text: string, most = longestText): string {
  return cut(text.replace(/\r\n?/g, '\n').replace(unwritable, '\ufffd'), most);
}

/** The same for titles and names: one line, never empty. */
export function portableLine(text: string, otherwise: string): string {
  const line = portableText(text, longestLine)
    .replace(/[\t\n ]+/g, ' ')
    .trim();
  return line === '' ? otherwise : line;
}
