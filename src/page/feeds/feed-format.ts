/** Formats of the feeds by the ending of their address. */
export const feedTypes = {
  atom: 'application/atom+xml',
  rss: 'application/rss+xml',
  json: 'application/feed+json',
} as const;
export type FeedFormat = keyof typeof feedTypes;

/** Address of a feed below its page: of the whole page, or of one component. */
export function feedName(format: FeedFormat, componentId: string | null): string {
  return componentId === null ? `feed.${format}` : `components/${encodeURIComponent(componentId)}.${format}`;
}

/** A feed as the head and the navigation of a page name it. */
export interface FeedLink {
  readonly address: string;
  readonly type: string;
  readonly name: string;
}

const feedNames: Readonly<Record<FeedFormat, string>> = { atom: 'Atom', rss: 'RSS', json: 'JSON Feed' };

/** The feeds of the page at a path, or of one of its components. */
export function feedLinks(path: string, componentId: string | null): FeedLink[] {
  const formats: readonly FeedFormat[] = ['atom', 'rss', 'json'];
  return formats.map((format) => ({
    address: `${path.replace(/\/$/, '')}/${feedName(format, componentId)}`,
    type: feedTypes[format],
    name: feedNames[format],
  }));
}
