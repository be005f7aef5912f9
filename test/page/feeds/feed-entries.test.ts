import { describe, expect, it } from '@jest/globals';
import { renderToString } from 'preact-render-to-string';
import { entriesAtMost, feedEntries, type FeedEntry } from '../../../src/page/feeds/feed-entries.js';
import { FeedLinks } from '../../../src/page/feeds/feed-links.js';
import { feedText } from '../../../src/page/feeds/feed-text.js';
import { component, day, hour, incident, maintenance, now, page } from '../status-pages.js';

const only = (view: Parameters<typeof feedEntries>[0]): FeedEntry | undefined => feedEntries(view, null)[0];

describe('an entry', () => {
  it('keeps its id, title and address when its incident closes, and is updated', () => {
    const open = only(page({ incidents: [incident('i1', 'c1')] }));
    const closed = only(page({ now: now + hour, incidents: [incident('i1', 'c1', { closedAt: now })] }));
    expect(closed).toMatchObject({
      id: open?.id,
      title: open?.title,
      url: open?.url,
      published: open?.published,
    });
    expect(open?.updated).toBe(now - 3 * hour);
    expect(closed?.updated).toBe(now);
    expect(closed?.messages.map(({ at }) => at)).toEqual([now, now - 3 * hour]);
  });

  it('keeps its id through the phases of a maintenance', () => {
    const planned = maintenance('m1', ['c1'], {
      from: now + hour,
      to: now + 2 * hour,
      announcedAt: now - day,
    });
    const at = (time: number) => only(page({ now: time, maintenances: [planned] }));
    const [before, during, after] = [at(now), at(now + hour), at(now + 2 * hour)];
    expect(new Set([before?.id, during?.id, after?.id]).size).toBe(1);
    expect([before?.updated, during?.updated, after?.updated]).toEqual([
      now - day,
      now + hour,
      now + 2 * hour,
    ]);
    expect(before?.published).toBe(now - day);
  });

  it('has the id of its address, not of the way there, and the same in the feed of a component', () => {
    const view = page({ incidents: [incident('i1', 'c1')] });
    const of = only(view)?.id;
    expect(of).toBe('urn:uuid:1fcc301f-d80a-57d1-a8cf-7d0408772dfc');
    expect(only({ ...view, url: 'http://status.example.com/status' })?.id).toBe(of);
    expect(only({ ...view, url: 'https://other.example.com/status' })?.id).not.toBe(of);
    expect(feedEntries(view, 'c1')[0]?.id).toBe(of);
  });

  it('of an after the fact exclusion is news when it is entered', () => {
    const past = maintenance('m1', ['c1'], { from: now - 2 * day, to: now - day, announcedAt: now - hour });
    expect(only(page({ maintenances: [past] }))?.updated).toBe(now - hour);
  });
});

describe('the entries of a feed', () => {
  it('are at most a hundred, what changed last first', () => {
    const incidents = Array.from({ length: 150 }, (_, index) =>
      incident(`i${index}`, 'c1', {
        openedAt: now - (index + 10) * hour,
        closedAt: now - (index + 9) * hour,
      }),
    );
    const entries = feedEntries(page({ incidents }), null);
    expect(entries).toHaveLength(entriesAtMost);
    expect(entries.map(({ url }) => url.split('#')[1])).toEqual(
      incidents.slice(0, entriesAtMost).map(({ id }) => `incident-${id}`),
    );
  });

  it('never come from the future: not what is announced for later, nor a planned window that nobody entered', () => {
    const view = page({
      maintenances: [maintenance('m1', ['c1'], { from: now + hour, to: now + day })],
      announcements: [{ id: 'a1', title: 'Later', text: '', from: now + hour, to: null }],
    });
    expect(feedEntries(view, null)).toEqual([]);
    expect(feedText(view, 'atom', null)).toContain(`<updated>${new Date(now - 5 * hour).toISOString()}`);
    expect(feedEntries({ ...view, now: now + hour }, null)).toHaveLength(2);
  });

  it('say no reason where the page shows none', () => {
    const view = page({
      incidents: [incident('i1', 'c1')],
      maintenances: [maintenance('m1', ['c1'])],
    });
    expect(feedText(view, 'atom', null)).not.toMatch(/reason/i);
  });

  it('name no component that the page does not show', () => {
    const view = page({
      components: [component('c1')],
      incidents: [incident('i1', 'gone')],
      maintenances: [maintenance('m1', ['gone', 'c1'])],
    });
    expect(feedEntries(view, null).map(({ title }) => title)).toEqual([
      'Maintenance of model c1',
      'A former component down',
    ]);
  });
});

describe('links in the head', () => {
  it('lead to the three feeds, under a title that cannot leave its attribute', () => {
    const text = renderToString(FeedLinks({ view: { path: '/status', title: '"><script>' } }));
    expect(text.match(/<link /g)).toHaveLength(3);
    expect(text).not.toContain('<script>');
    expect(text).toContain(
      'type="application/atom+xml" title="&quot;>&lt;script> (Atom)" href="/status/feed.atom"',
    );
    expect(text).toContain('href="/status/feed.rss"');
    expect(text).toContain('type="application/feed+json"');
    expect(renderToString(FeedLinks({ view: { path: '/', title: 't' } }))).toContain('href="/feed.atom"');
  });
});
