import { parseFeed as readByRowan } from '@rowanmanning/feed-parser';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAtomFeed, parseJsonFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import { feedText } from '../../../src/page/feeds/feed-text.js';
import { portableLine, portableText } from '../../../src/page/portable-text.js';
import type { StatusPageView } from '../../../src/page/status-view.js';
import { holdsOnlyXmlCharacters, hostileText } from '../hostile-text.js';
import { component, hour, incident, maintenance, now, page } from '../status-pages.js';
import { amount } from '../../slow.js';

const hostilePage: fc.Arbitrary<StatusPageView> = fc
  .record({ title: hostileText, name: hostileText, reason: hostileText, text: hostileText })
  .map(({ title, name, reason, text }) =>
    page({
      title,
      components: [component('c1', { name })],
      incidents: [incident('i1', 'c1', { reason })],
      maintenances: [maintenance('m1', ['c1'], { reason, from: now - 4 * hour })],
      announcements: [{ id: 'a1', title, text, from: now - 5 * hour, to: null }],
    }),
  );

/** Readers trim titles; what XML cannot write is U+FFFD, and a line end is a space. */
const expectedTitles = ({ title, components }: StatusPageView): string[] => {
  const name = portableLine(components[0]?.name ?? '', 'c1');
  return [`${name} down`, `Maintenance of ${name}`, portableLine(title, 'Announcement')];
};

describe('any text in a feed', () => {
  it('is read again as it was, as far as XML can write it', async () => {
    await fc.assert(
      fc.asyncProperty(hostilePage, async (view) => {
        const atom = feedText(view, 'atom', null) ?? '';
        const rss = feedText(view, 'rss', null) ?? '';
        const json = feedText(view, 'json', null) ?? '';
        for (const document of [atom, rss, json]) expect(holdsOnlyXmlCharacters(document)).toBe(true);
        const expected = expectedTitles(view);
        const read = parseJsonFeed(json).items;
        expect(read?.map(({ title }) => title)).toEqual(expected);
        const announced = portableText(view.announcements[0]?.text ?? '').trim();
        expect(read?.[2]?.content_text ?? '').toBe(announced);
        for (const document of [atom, rss]) {
          const { items } = await new RssParser().parseString(document);
          expect(items.map(({ title }) => title?.trim())).toEqual(expected);
        }
        expect(readByRowan(atom).items).toHaveLength(3);
        expect(readByRowan(rss).items).toHaveLength(3);
      }),
      { numRuns: amount(150, 30) },
    );
  });

  it('never becomes an element of its content', () => {
    fc.assert(
      fc.property(hostilePage, (view) => {
        const contents = parseAtomFeed(feedText(view, 'atom', null) ?? '').entries?.map(
          ({ content }) => content?.value ?? '',
        );
        const elements = new Set(contents?.join('').match(/<\/?[^\s>/]*/g));
        for (const element of elements) {
          expect(['<p', '</p', '<br', '<time', '</time']).toContain(element);
        }
      }),
      { numRuns: amount(150, 30) },
    );
  });

  it('is replaced only where XML has no way to write it', () => {
    expect(portableText('a\u0000b\ud800c\ufffed\u202ee\u200df\u{1f44d}')).toBe(
      'a\ufffdb\ufffdc\ufffdd\u202ee\u200df\u{1f44d}',
    );
    expect(portableLine(' one\r\ntwo\tthree ', '')).toBe('one two three');
    expect(portableLine('\n', 'nothing')).toBe('nothing');
  });
});
