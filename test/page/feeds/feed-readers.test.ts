import { parseFeed as readByRowan } from '@rowanmanning/feed-parser';
import { describe, expect, it } from '@jest/globals';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import { feedText } from '../../../src/page/feeds/feed-text.js';
import type { FeedFormat } from '../../../src/page/feeds/feed-format.js';
import { fullPage, hour, now, page } from '../status-pages.js';

const textOf = (format: FeedFormat, component: string | null = null): string =>
  feedText(fullPage, format, component) ?? '';

const titles = [
  'Maintenance of embed-3-small',
  'deepseek-chat down',
  'gpt-4o-mini down',
  'We move',
  'Maintenance of claude-sonnet',
  'Maintenance of gpt-4o-mini, claude-sonnet, embed-3-small and 1 more',
];

describe('a reader of feeds', () => {
  it.each(['atom', 'rss'] as const)('rss-parser reads %s', async (format) => {
    const feed = await new RssParser().parseString(textOf(format));
    expect(feed.title).toBe('Example status');
    expect(feed.link).toBe('https://status.example.com/status');
    expect(feed.feedUrl ?? feed.paginationLinks?.self).toBe(
      `https://status.example.com/status/feed.${format}`,
    );
    expect(feed.items.map(({ title }) => title)).toEqual(titles);
    const down = feed.items[2];
    expect(down?.link).toBe('https://status.example.com/status#incident-i2');
    expect(Date.parse(down?.isoDate ?? '')).toBe(Math.floor((now - 3 * hour) / 1_000) * 1_000);
    expect(down?.contentSnippet).toContain('gpt-4o-mini is down. Reason: Provider error.');
  });

  it.each(['atom', 'rss'] as const)('@rowanmanning/feed-parser reads %s', (format) => {
    const feed = readByRowan(textOf(format));
    expect(feed.meta).toEqual({ type: format, version: format === 'atom' ? '1.0' : '2.0' });
    expect(feed.language).toBe('en');
    expect(feed.self).toBe(`https://status.example.com/status/feed.${format}`);
    expect(feed.items.map(({ title }) => title)).toEqual(titles);
    const resolved = feed.items[1];
    expect(resolved?.published?.getTime()).toBe(now - 4 * hour);
    if (format === 'atom') expect(resolved?.updated?.getTime()).toBe(now - 2 * hour);
    expect(resolved?.categories.map(({ term }) => term)).toEqual(['incident']);
    expect(feed.items.every(({ id }) => /^urn:uuid:[0-9a-f-]{36}$/.test(id ?? ''))).toBe(true);
  });

  it('feedsmith reads all three, with the same entries', () => {
    const atom = parseAtomFeed(textOf('atom'));
    const rss = parseRssFeed(textOf('rss'));
    const json = parseJsonFeed(textOf('json'));
    expect(JSON.parse(textOf('json'))).toMatchObject({ version: 'https://jsonfeed.org/version/1.1' });
    const ids = atom.entries?.map(({ id }) => id);
    expect(new Set(ids).size).toBe(titles.length);
    expect(rss.items?.map(({ guid }) => guid?.value)).toEqual(ids);
    expect(json.items?.map(({ id }) => id)).toEqual(ids);
    expect(json.items?.map(({ title }) => title)).toEqual(titles);
    expect(json.items?.map(({ date_modified }) => date_modified)).toEqual(
      atom.entries?.map(({ updated }) => updated),
    );
    expect(rss.items?.map(({ atom: inner }) => inner?.updated)).toEqual(
      atom.entries?.map(({ updated }) => updated),
    );
    expect(json.items?.map(({ content_html }) => content_html)).toEqual(
      atom.entries?.map(({ content }) => content?.value),
    );
  });

  it('gets times of the zone of the page in the text', () => {
    const { items } = parseJsonFeed(textOf('json'));
    expect(items?.[1]?.content_text).toBe(
      '27 Nov 2026, 08:42 CET: deepseek-chat works again. It was down for 2 h.\n\n' +
        '27 Nov 2026, 06:42 CET: deepseek-chat is down.',
    );
    expect(items?.[3]?.content_html).toBe('<p>First line<br/>second line</p><p>Another paragraph</p>');
  });

  it('of one component gets only what names it', () => {
    const feed = parseJsonFeed(textOf('json', 'c2'));
    expect(feed.title).toBe('Example status: claude-sonnet');
    expect(feed.feed_url).toBe('https://status.example.com/status/components/c2.json');
    expect(feed.items?.map(({ title }) => title)).toEqual([titles[4], titles[5]]);
    expect(feedText(fullPage, 'atom', 'other')).toBeNull();
  });

  it('gets a valid feed without entries of a page and of a component with no event', async () => {
    for (const component of [null, 'c1']) {
      const empty = (format: FeedFormat): string => feedText(page(), format, component) ?? '';
      expect(JSON.parse(empty('json'))).toMatchObject({
        version: 'https://jsonfeed.org/version/1.1',
        title: component === null ? 'Example status' : 'Example status: model c1',
        items: [],
      });
      expect(parseJsonFeed(empty('json')).feed_url).toContain('https://status.example.com/status/');
      for (const format of ['atom', 'rss'] as const) {
        expect((await new RssParser().parseString(empty(format))).items).toEqual([]);
        const feed = readByRowan(empty(format));
        expect(feed.meta.type).toBe(format);
        expect(feed.items).toEqual([]);
      }
      expect(parseAtomFeed(empty('atom'))).toMatchObject({
        id: expect.any(String),
        updated: expect.any(String),
      });
      expect(parseRssFeed(empty('rss')).title).toContain('Example status');
    }
  });
});
