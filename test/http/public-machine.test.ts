import { describe, expect, it, jest } from '@jest/globals';
import { createMachineAnswers } from '../../src/http/pages/machine-answers.js';
import { component, page } from '../page/status-pages.js';
import { failing, noon } from '../metrics/sample-view.js';
import { member, samplePage, startSite, storedIncident } from './sample-page.js';

const hour = 3_600_000;
const views = [
  member('gold-a', 11, { health: failing('secret detail') }),
  member('gold-b', 12),
  member('tin-x', 21),
];
const incidents = [
  storedIncident(901, 'gold-b', noon - 50 * hour, noon - 49 * hour),
  storedIncident(902, 'tin-x', noon - 30 * hour, noon - 29 * hour),
];
const isSummary = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'scheduled_maintenances' in value;

describe('a public page for machines', () => {
  it("answers as Statuspage does, with an ETag, for scripts of any site, and tells the page's models only", async () => {
    const { ask } = await startSite({ pages: [samplePage()], views, incidents, token: 'secret' });
    const { status, headers, text } = await ask('/status/api/v2/summary.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cache-control')).toBe('public, max-age=10');
    const summary = JSON.parse(text) as { components: { name: string }[]; status: { indicator: string } };
    expect(summary.components.map(({ name }) => name)).toEqual(['Model 1', 'Model 2']);
    expect(summary.status.indicator).toBe('major');
    for (const hidden of ['tin-', 'gold-', 'secret detail', '902']) expect(text).not.toContain(hidden);
    const again = await ask('/status/api/v2/summary.json', {
      headers: { 'if-none-match': headers.get('etag')! },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('makes each answer once for all who ask at once, and anew when the page is another', async () => {
    const { ask, setNow } = await startSite({ pages: [samplePage()], views, incidents });
    const path = '/status/api/v2/summary.json';
    const written = jest.spyOn(JSON, 'stringify');
    const made = (): number =>
      written.mock.calls.filter(([value]: readonly unknown[]) => isSummary(value)).length;
    const askAll = () => Promise.all(Array.from({ length: 60 }, () => ask(path)));
    const answers = await askAll();
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(made()).toBe(1);
    setNow(noon + 20_000);
    await askAll();
    expect(made()).toBe(2);
    written.mockRestore();
  });

  it('has feeds that its head names, with links to the entries of the page', async () => {
    const { ask } = await startSite({ pages: [samplePage()], views, incidents });
    const { text } = await ask('/status');
    const feeds = [...text.matchAll(/<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"/g)];
    expect(feeds.length).toBe(3);
    for (const [, type, href] of feeds) {
      const feed = await ask(href!);
      expect([feed.status, feed.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
      const [, anchor] = /#(incident-[^"<]+)/.exec(feed.text) ?? [];
      expect(text).toContain(`id="${anchor}"`);
    }
  });

  it('has a feed of each component, and none of others', async () => {
    const { ask } = await startSite({ pages: [samplePage()], views, incidents });
    const { components } = JSON.parse((await ask('/status/api/v2/components.json')).text) as {
      components: { id: string }[];
    };
    expect((await ask(`/status/components/${components[1]!.id}.atom`)).text).toContain('<entry>');
    expect((await ask('/status/components/none.atom')).status).toBe(404);
    expect((await ask('/status/api/v2/none.json')).status).toBe(404);
    expect((await ask('/status/none')).status).toBe(404);
  });

  it('keeps the newest feeds of components, and makes each once for all who ask at once', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `c${index}`);
    const view = page({ components: ids.map((id) => component(id)) });
    const answers = createMachineAnswers('public');
    const of = (id: string) => answers.of(view, `/components/${id}.atom`);
    const [first, same] = await Promise.all([of('c0'), of('c0')]);
    expect(same).toBe(first);
    for (const id of ids.slice(1)) await of(id);
    // Nothing is at these addresses, so that they displace nothing for long.
    for (const id of ['x', 'y', 'z']) expect((await of(id))?.status).toBe(404);
    expect(await of('c59')).toBe(await of('c59'));
    const anew = await of('c0');
    expect(anew).not.toBe(first);
    expect(anew?.document.etag).toBe(first?.document.etag);
    expect(await answers.of({ ...view }, '/components/c0.atom')).not.toBe(anew);
  });

  it('asks for the password where the page does, and allows no scripts of other sites', async () => {
    const locked = samplePage({ access: 'password', password: 'long enough' });
    const { ask } = await startSite({ pages: [locked], views, incidents, token: 'secret' });
    expect((await ask('/status/api/v2/status.json')).status).toBe(401);
    const authorization = `Basic ${Buffer.from('x:long enough').toString('base64')}`;
    const { status, headers } = await ask('/status/api/v2/status.json', { headers: { authorization } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
    expect(headers.get('cache-control')).toBe('private, no-cache');
  });

  const ofOtherTools = [
    'api/status-page/default',
    'api/status-page/heartbeat/status',
    'api/v1/endpoints/statuses',
    'api/v1/endpoints/statuses?page=1&pageSize=2',
    'metrics',
  ];

  it('answers as Uptime Kuma and Gatus do, and tells the models of the page only', async () => {
    const { ask } = await startSite({ pages: [samplePage()], views, incidents, token: 'secret' });
    for (const rest of ofOtherTools) {
      const { status, headers, text } = await ask(`/status/${rest}`);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
      if (!rest.includes('heartbeat')) expect(text).toContain('Model 2');
      for (const hidden of ['tin-', 'gold-', 'secret detail']) expect(text).not.toContain(hidden);
    }
    expect((await ask('/status/api/status-page/other')).status).toBe(404);
    expect((await ask('/status/api/v1/endpoints/_model-2/statuses')).status).toBe(200);
    expect((await ask('/status/api/v1/endpoints/_model-3/statuses')).status).toBe(404);
  });

  it.each(['token', 'password'] as const)('tells other tools nothing of a page with a %s', async (access) => {
    const password = access === 'password' ? { password: 'pass of the page' } : {};
    const pages = [samplePage({ access, ...password })];
    const { ask } = await startSite({ pages, views, incidents, token: 'secret' });
    const basic = `Basic ${Buffer.from(`any:${password.password ?? 'secret'}`).toString('base64')}`;
    for (const rest of ofOtherTools) {
      const { status, text, headers } = await ask(`/status/${rest}`);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([401, null]);
      expect(text).not.toContain('Model');
      const opened = await ask(`/status/${rest}`, { headers: { authorization: basic } });
      expect([opened.status, opened.headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
    }
  });
});
