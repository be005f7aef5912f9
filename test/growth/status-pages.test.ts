import { describe, expect, it } from '@jest/globals';
import { parseFeed } from 'feedsmith';
import { readVendorPage } from '../../src/checker/vendor/formats.js';
import { vendorFormats } from '../../src/config/vendor-settings.js';
import { steepness } from './growth.js';

const now = Date.UTC(2026, 10, 27, 12, 10);
const filled = (piece: string, length: number): string => piece.repeat(Math.floor(length / piece.length));
const rss = (inside: string): string => `<rss version="2.0"><channel>${inside}</channel></rss>`;

/** Texts that a hostile status page may send, as long as is asked for. */
const hostile: readonly [string, (length: number) => string][] = [
  ['incidents', (length) => `{"incidents":[${filled('{"id":"a","name":"b"},', length)}{}]}`],
  [
    'an incident with a long title',
    (length) => `{"incidents":[{"id":"a","name":"${filled('<a \\u202e', length)}"}]}`,
  ],
  ['incidents of Google', (length) => `[${filled('{"id":"a"},', length)}{}]`],
  ['open lists', (length) => filled('[', length)],
  ['open lists in a list of Google', (length) => `[{"a":${filled('[', length)}`],
  ['quotes', (length) => `[${filled('"\\"', length)}`],
  [
    'a report with many parts',
    (length) =>
      `{"data":{"type":"status_page"},"included":[${filled('{"type":"status_report"},', length)}{}]}`,
  ],
  ['items', (length) => rss(filled('<item><title>a</title></item>', length))],
  [
    'an item with open tags',
    (length) => rss(`<item><title>a</title><description>${filled('&lt;a ', length)}</description></item>`),
  ],
  ['open items', (length) => `<rss>${filled('<item>', length)}`],
  ['open comments', (length) => rss(filled('<!-- ', length))],
  ['spaces', (length) => rss(`<item><title>${filled(' ', length)}x</title></item>`)],
];

describe('what reads status pages', () => {
  it.each(hostile)('takes linear time for %s', async (_what, textOf) => {
    const steep = await steepness((length) => {
      const text = Buffer.from(textOf(length)).toString();
      return () => {
        for (const format of vendorFormats) readVendorPage(format, text, { now, parseFeed });
      };
    });
    expect(steep).toBeNull();
  });
});
