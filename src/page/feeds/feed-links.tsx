import type { VNode } from 'preact';
import { portableLine } from '../portable-text.js';
import type { StatusPageView } from '../status-view.js';
import { feedLinks } from './feed-format.js';

/** Elements of the head by which readers find the feeds of a page. */
export function FeedLinks({ view }: { readonly view: Pick<StatusPageView, 'path' | 'title'> }): VNode {
  const title = portableLine(view.title, view.path);
  return (
    <>
      {feedLinks(view.path, null).map(({ address, type, name }) => (
        <link rel="alternate" type={type} title={`${title} (${name})`} href={address} />
      ))}
    </>
  );
}
