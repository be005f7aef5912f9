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
