import { describe, expect, it } from '@jest/globals';
import { parseAtomFeed } from 'feedsmith';
import { answerMachine } from '../../src/http/pages/status-machine.js';
import { statuspageNames } from '../../src/page/statuspage/statuspage-answer.js';
import { component, fullPage, page } from '../page/status-pages.js';

describe('what lies below a status page for machines', () => {
  it.each(statuspageNames)('answers api/v2/%s as JSON', async (name) => {
    const answer = await answerMachine(fullPage, `api/v2/${name}`, 'public');
    expect(answer).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ page: { name: 'Example status' } });
  });

  it.each([
    ['feed.atom', 'application/atom+xml'],
    ['history.atom', 'application/atom+xml'],
    ['components/c1.atom', 'application/atom+xml'],
    ['feed.rss', 'application/rss+xml'],
    ['history.rss', 'application/rss+xml'],
    ['components/c1.rss', 'application/rss+xml'],
    ['feed.json', 'application/feed+json'],
    ['components/c1.json', 'application/feed+json'],
  ])('answers %s as %s', async (rest, type) => {
    const answer = await answerMachine(fullPage, rest, 'public');
    expect(answer).toMatchObject({ status: 200, type: `${type}; charset=utf-8` });
    expect(answer?.body.length).toBeGreaterThan(500);
  });

  it('finds a component by the address that its feed has', async () => {
    const id = 'a/b ü.rss';
    const view = page({ components: [component(id)] });
    const answer = await answerMachine(view, `components/${encodeURIComponent(id)}.atom`, 'public');
    expect(answer?.status).toBe(200);
    const self = parseAtomFeed(answer?.body ?? '').links?.find(({ rel }) => rel === 'self')?.href;
    expect(self).toBe('https://status.example.com/status/components/a%2Fb%20%C3%BC.rss.atom');
  });

  it.each(['api/v2/', 'api/v2/subscribers.json', 'api/v2/toString', 'components/other.rss'])(
    'answers 404 for %s, with an error as the API has it',
    async (rest) => {
      const answer = await answerMachine(fullPage, rest, 'public');
      expect(answer?.status).toBe(404);
      expect(JSON.parse(answer?.body ?? '')).toEqual({
        message: 'there is nothing at this address of the page',
        code: 'not_found',
      });
    },
  );

  it.each([
    '',
    'api/v1/summary.json',
    'feed',
    'feed.xml',
    'components/%zz.rss',
    'components/a/b.rss',
    'x/feed.rss',
  ])('leaves "%s" to others', async (rest) => {
    expect(await answerMachine(fullPage, rest, 'public')).toBeNull();
  });

  it('takes a path with its slash', async () => {
    expect(await answerMachine(fullPage, '/feed.atom', 'public')).toEqual(
      await answerMachine(fullPage, 'feed.atom', 'public'),
    );
  });

  it('lets pages of other origins read what is public, and nothing else', async () => {
    for (const rest of ['api/v2/status.json', 'api/v2/none', 'feed.rss', 'components/other.rss']) {
      expect((await answerMachine(fullPage, rest, 'public'))?.headers).toEqual({
        'access-control-allow-origin': '*',
      });
      for (const access of ['token', 'password'] as const) {
        expect((await answerMachine(fullPage, rest, access))?.headers).toEqual({});
      }
    }
  });
});
