import { plainText } from './terminal.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
};

/**
 * One line of text that Markdown shows as it is, inside a line or a cell of a table: no markup, HTML, link or mention
 * comes of it (CommonMark 0.31, section 2.4; GitHub Flavored Markdown, section 6.9).
 */
export function markdownText(text: string): string {
  return plainText(text)
    .replace(/[&<>|]/g, (character) => entities[character] ?? '')
    .replace(/[\\`*_~[\]$@]|:(?=\/\/)|(?<=www)\./gi, '\\$&');
}
