import type { VNode } from 'preact';
import { portableLine } from '../portable-text.js';
import type { StatusPageView } from '../status-view.js';
import { feedName, feedTypes, type FeedFormat } from './feed-format.js';

const formats: readonly FeedFormat[] = ['atom', 'rss', 'json'];
const labels: Readonly<Record<FeedFormat, string>> = { atom: 'Atom', rss: 'RSS', json: 'JSON Feed' };

/** Elements of the head by which readers find the feeds of a page. */
export function FeedLinks({ view }: { readonly view: Pick<StatusPageView, 'path' | 'title'> }): VNode {
  return (
    <>
      {formats.map((format) => (
        <link
          rel="alternate"
          type={feedTypes[format]}
          title={`${portableLine(view.title, view.path)} (${labels[format]})`}
          href={`${view.path.replace(/\/$/, '')}/${feedName(format, null)}`}
        />
      ))}
    </>
  );
}
