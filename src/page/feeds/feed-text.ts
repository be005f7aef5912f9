import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith';
import { portableLine } from '../portable-text.js';
import { lastChange } from '../status-events.js';
import type { StatusPageView } from '../status-view.js';
import { clockIn, entryHtml, entryPlain, type Clock } from './entry-text.js';
import { feedEntries, urnOf, type FeedEntry } from './feed-entries.js';
import { feedName, feedTypes, type FeedFormat } from './feed-format.js';

/** What all formats say of a feed. */
interface FeedHead {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly page: string;
  readonly self: string;
  readonly updated: Date;
  readonly author: string;
}

const generator = 'modelpulse';
/** Of all texts but names and what the operator writes. */
const language = 'en';
const date = (unixMs: number): Date => new Date(unixMs);

/** A feed of a page or of one of its components; null for a component that is not on the page. */
export function feedText(
  view: StatusPageView,
  format: FeedFormat,
  componentId: string | null,
): string | null {
  const component = view.components.find(({ id }) => id === componentId);
  if (componentId !== null && component === undefined) return null;
  const page = portableLine(view.title, view.path);
  const entries = feedEntries(view, componentId);
  const head: FeedHead = {
    id: urnOf(view, componentId === null ? 'feed' : `component-${componentId}`),
    title: component === undefined ? page : `${page}: ${portableLine(component.name, component.id)}`,
    description:
      componentId === null ? 'Incidents, maintenance and announcements' : 'Incidents and maintenance',
    page: view.url,
    self: `${view.url}/${feedName(format, componentId)}`,
    updated: date(entries[0]?.updated ?? lastChange(view)),
    author: page,
  };
  const writers = { atom: atomText, rss: rssText, json: jsonText };
  return writers[format](head, entries, clockIn(view.timezone));
}

function atomText(head: FeedHead, entries: readonly FeedEntry[], clock: Clock): string {
  const { id, title, description, page, self, updated, author } = head;
  return generateAtomFeed(
    {
      id,
      title: { type: 'text', value: title },
      subtitle: { type: 'text', value: description },
      updated,
      authors: [{ name: author }],
      links: [
        { rel: 'alternate', type: 'text/html', href: page },
        { rel: 'self', type: feedTypes.atom, href: self },
      ],
      generator: { text: generator },
      xml: { lang: language },
      entries: entries.map((entry) => ({
        id: entry.id,
        title: { type: 'text', value: entry.title },
        published: date(entry.published),
        updated: date(entry.updated),
        links: [{ rel: 'alternate', type: 'text/html', href: entry.url }],
        categories: [{ term: entry.kind }],
        content: { type: 'html', value: entryHtml(entry, clock) },
      })),
    },
    { strict: true },
  );
}

function rssText(head: FeedHead, entries: readonly FeedEntry[], clock: Clock): string {
  const { title, description, page, self, updated } = head;
  return generateRssFeed(
    {
      title,
      link: page,
      description,
      language,
      lastBuildDate: updated,
      generator,
      atom: { links: [{ rel: 'self', type: feedTypes.rss, href: self }] },
      items: entries.map((entry) => ({
        title: entry.title,
        link: entry.url,
        description: entryHtml(entry, clock),
        guid: { value: entry.id, isPermaLink: false },
        pubDate: date(entry.published),
        categories: [{ name: entry.kind }],
        // RSS has no time of change of its own.
        atom: { updated: date(entry.updated) },
      })),
    },
    { strict: true },
  );
}

function jsonText(head: FeedHead, entries: readonly FeedEntry[], clock: Clock): string {
  const { title, description, page, self, author } = head;
  const feed = generateJsonFeed(
    {
      title,
      home_page_url: page,
      feed_url: self,
      description,
      language,
      authors: [{ name: author }],
      items: entries.map((entry) => ({
        id: entry.id,
        url: entry.url,
        title: entry.title,
        content_html: entryHtml(entry, clock),
        content_text: entryPlain(entry, clock),
        date_published: date(entry.published),
        date_modified: date(entry.updated),
        tags: [entry.kind],
      })),
    },
    { strict: true },
  );
  // JSON Feed demands the list of items; feedsmith leaves an empty one out.
  return JSON.stringify(Object.assign({ items: [] }, feed));
}
