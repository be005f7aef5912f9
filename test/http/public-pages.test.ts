import { describe, expect, it } from '@jest/globals';
import { sessionMs } from '../../src/http/sessions.js';
import { failing, noon } from '../metrics/sample-view.js';
import { member, samplePage, startSite, storedIncident } from './sample-page.js';

const hour = 3_600_000;
const gold = [member('gold-a', 11, { health: failing('secret detail') }), member('gold-b', 12)];
const tin = [member('tin-x', 21), member('tin-y', 22, { health: failing('other') })];
const incidents = [
  storedIncident(901, 'gold-b', noon - 50 * hour, noon - 49 * hour),
  storedIncident(902, 'tin-x', noon - 30 * hour, noon - 29 * hour),
];
const basic = (password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}` },
});

describe('a public page', () => {
  it('is open without a token, and opens nothing else', async () => {
    const { ask } = await startSite({ pages: [samplePage()], views: gold, token: 'secret' });
    const { status, headers, text } = await ask('/status');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('<h1 id="head">1 of 2 models is down</h1>');
    for (const path of ['/', '/statusx', '/Status', '//status', '/status%2f', '/api/v1/models', '/no'])
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
    const { ask: askTwisted } = await startSite({
      pages: [{ ...samplePage(), path: '/metrics' }],
      views: gold,
      token: 'secret',
    });
    expect((await askTwisted('/metrics')).status).toBe(401);
    for (const method of ['POST', 'OPTIONS', 'DELETE']) {
      const { status, headers } = await ask('/status/feed.atom', { method });
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect((await ask('/api/v1/models', { method })).status).toBe(401);
    }
    expect((await ask('/status/../api/v1/models')).status).toBe(401);
  });

  it('tells nothing of other models, no ids, no reasons and no numbers', async () => {
    const { ask } = await startSite({ pages: [samplePage()], views: [...gold, ...tin], incidents });
    const { text } = await ask('/status');
    for (const secret of [
      'tin-',
      'gold-',
      'secret detail',
      'Provider error',
      '901',
      '902',
      'openai',
      'gpt-4o',
    ])
      expect(text).not.toContain(secret);
    expect(text).toContain('Model 1');
    expect(text).toContain('Model 2');
    expect(text).not.toContain('Model 3');
    expect(text).toContain('1 of 2 models is down');
    expect(text.match(/was down/g)).toHaveLength(1);
  });

  it('shows names, groups, reasons and latency where its keys say so', async () => {
    const show = { reasons: true, uptime: ['7d', '90d'] };
    const page = samplePage({ name_by: 'name', group_by: 'tier', show });
    const { ask } = await startSite({ pages: [page], views: gold, incidents });
    const { text } = await ask('/status');
    expect(text).toContain('Name of gold-a');
    expect(text).toContain('>gold</h2>');
    expect(text).toContain('Provider error');
    expect(text).toContain('Uptime 7 days: 99.90% (100% watched)');
  });

  it('lists incidents of the last 14 days, in the time zone of the page', async () => {
    const page = samplePage({ name_by: 'name', timezone: 'Asia/Tokyo' });
    const { ask } = await startSite({
      pages: [page],
      views: gold,
      incidents: [...incidents, storedIncident(900, 'gold-b', noon - 400 * hour, noon - 399 * hour)],
    });
    const { text } = await ask('/status');
    const plain = text.replaceAll(/<[^>]*>/g, '');
    expect(plain).toContain('Name of gold-a: down since 20:50');
    expect(plain).toContain('Name of gold-b: was down from 19:00 to 20:00');
    expect(plain.match(/was down/g)).toHaveLength(1);
  });

  it('is read from the store and rendered once for all readers in 10 s', async () => {
    const { ask, reads, setNow } = await startSite({ pages: [samplePage()], views: gold, incidents });
    const answers = await Promise.all([ask('/status'), ask('/status'), ask('/status')]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(reads()).toBe(2);
    const { headers, text } = await ask('/status');
    expect(headers.get('cache-control')).toBe('public, max-age=10');
    const etag = headers.get('etag')!;
    expect((await ask('/status', { headers: { 'if-none-match': etag } })).status).toBe(304);
    const strong = etag.replace(/^W\//, '');
    expect(strong).not.toBe(etag);
    for (const tags of [strong, `"x", ${strong}`, `W/"x",${etag}`, '*'])
      expect((await ask('/status', { headers: { 'if-none-match': tags } })).status).toBe(304);
    expect((await ask('/status', { headers: { 'if-none-match': 'W/"x"' } })).status).toBe(200);
    setNow(noon + 61_000);
    const later = await ask('/status', { headers: { 'if-none-match': etag } });
    expect(later.status).toBe(200);
    expect(later.text).not.toBe(text);
    // Nothing happened, so that nothing was read.
    expect(reads()).toBe(2);
  });

  it('stands in for five minutes while the store fails, then says 503', async () => {
    const changing = member('gold-c', 13);
    const site = await startSite({ pages: [samplePage()], views: [changing] });
    const { text } = await site.ask('/status');
    site.breakStore();
    Object.assign(changing, { health: failing(null) });
    site.setNow(noon + 20_000);
    expect((await site.ask('/status')).text).toBe(text);
    site.setNow(noon + 310_000);
    expect((await site.ask('/status')).status).toBe(503);
    expect((await site.ask('/status')).status).toBe(503);
    // Once for each try, not for each reader.
    expect(site.reported).toHaveLength(2);
  });

  it('answers 503 as a page where the store fails at once', async () => {
    const site = await startSite({ pages: [samplePage({ locale: 'de' })], views: gold });
    site.breakStore();
    const { status, headers, text } = await site.ask('/status');
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('10');
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(text).toContain('Über den Zustand der Modelle sagt das nichts.');
    expect(text).not.toContain('disk');
    expect(site.reported).toHaveLength(1);
  });

  it('answers HEAD, a slash at the end, other methods and unknown parts', async () => {
    const { ask, url } = await startSite({ pages: [samplePage({ locale: 'fr' })], views: gold });
    const head = await ask('/status', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    const slash = await fetch(`${url}/status/`, { redirect: 'manual' });
    expect([slash.status, slash.headers.get('location')]).toEqual([308, '/status']);
    const post = await ask('/status', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const missing = await ask('/status/%22%3E%3Cscript%3E');
    expect(missing.status).toBe(404);
    expect(missing.text).toContain('Cette page n’existe pas');
    expect(missing.text).not.toContain('<script>');
  });

  it('follows a reload at once, and is gone with it', async () => {
    const { ask, setPages } = await startSite({ pages: [samplePage()], views: gold });
    expect((await ask('/status')).text).toContain('Example');
    setPages([samplePage({ title: 'Renamed', path: '/other' })]);
    expect((await ask('/status')).status).toBe(404);
    expect((await ask('/other')).text).toContain('Renamed');
  });

  it('is asked by any host name, which the API refuses without a token', async () => {
    const { url } = await startSite({ pages: [samplePage()], views: gold });
    const { request } = await import('node:http');
    const statusOf = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const sent = request(url, { path, headers: { host: 'status.example.com' } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on('error', reject).end();
      });
    expect(await statusOf('/status')).toBe(200);
    expect(await statusOf('/api/v1/models')).toBe(403);
    // With the whole address as the target, which every server has to take.
    expect(await statusOf('http://status.example.com/status?x=http://other/')).toBe(200);
    expect(await statusOf('HTTP://status.example.com/status/feed.atom')).toBe(200);
    expect(await statusOf('http://status.example.com/api/v1/models')).toBe(403);
    expect(await statusOf('http://status.example.com/statusx')).toBe(403);
  });
});

describe('access', () => {
  const password = { access: 'password', password: 'pässwörd' };

  it('by password: with it or a token, else 401 as a page', async () => {
    const { ask } = await startSite({ pages: [samplePage(password)], views: gold, token: 'the token' });
    for (const init of [{}, basic('wrong'), basic(''), basic('pässwörd2')]) {
      const { status, headers, text } = await ask('/status', init);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Basic realm="/status", charset="UTF-8"');
      expect(text).toContain('This page needs a password');
      expect(text).not.toContain('models');
    }
    for (const given of ['pässwörd', 'the token']) {
      const { status, headers } = await ask('/status', basic(given));
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('private, no-cache');
    }
    // The password opens this page alone.
    expect((await ask('/api/v1/models', basic('pässwörd'))).status).toBe(401);
  });

  it('by password: with a login too, as long as it lasts', async () => {
    const { ask, url, setNow } = await startSite({
      pages: [samplePage(password)],
      views: gold,
      token: 'the token',
    });
    const answer = await fetch(`${url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token: 'the token' }),
      headers: { origin: url },
    });
    const [cookie = ''] = answer.headers.getSetCookie()[0]?.split(';') ?? [];
    expect((await ask('/status', { headers: { cookie } })).status).toBe(200);
    expect((await ask('/status/feed.atom', { headers: { cookie } })).status).toBe(200);
    expect((await ask('/status', { headers: { cookie: `${cookie}x` } })).status).toBe(401);
    setNow(noon + sessionMs + 1_000);
    expect((await ask('/status', { headers: { cookie } })).status).toBe(401);
  });

  it('by password: also of its parts, and without any token', async () => {
    const page = samplePage({ ...password, theme: { accent: '#0a7' } });
    const { ask } = await startSite({ pages: [page], views: gold });
    for (const path of ['/status', '/status/theme.css', '/status/none', '/status?embed=banner'])
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
    expect((await ask('/status/theme.css', basic('pässwörd'))).text).toContain('--accent: #0a7;');
  });

  it('by token: as every page', async () => {
    const pages = [samplePage({ access: 'token' })];
    const { ask } = await startSite({ pages, views: gold, token: 'the token' });
    expect((await ask('/status')).status).toBe(401);
    expect((await ask('/status', basic('the token'))).headers.get('cache-control')).toBe('private, no-cache');
  });
});

describe('what a page brings along', () => {
  it('a logo with a policy of its own, and noindex in head and header', async () => {
    const bytes = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const page = samplePage({ noindex: true }, { file: '/logo.svg', type: 'image/svg+xml', bytes });
    const { ask } = await startSite({ pages: [page], views: gold });
    const logo = await ask('/status/logo');
    expect(logo.headers.get('content-type')).toBe('image/svg+xml');
    expect(logo.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
    expect(logo.headers.get('x-content-type-options')).toBe('nosniff');
    const { headers, text } = await ask('/status');
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(text).toContain('<meta name="robots" content="noindex"');
    expect(text).toContain('<img class="logo" src="/status/logo" alt');
  });

  it('parts to embed, in frames of the configured origins only', async () => {
    const frame_ancestors = ['self', 'https://www.example.com'];
    const pages = [samplePage({ frame_ancestors }), samplePage({ path: '/closed' })];
    const { ask } = await startSite({ pages, views: gold });
    const both = await ask('/status?embed=banner,components');
    expect(both.headers.get('content-security-policy')).toContain(
      "frame-ancestors 'self' https://www.example.com",
    );
    expect(both.text).toContain('class="plist"');
    expect(both.text).not.toContain('<footer');
    const banner = await ask('/status?embed=banner');
    expect(banner.text).not.toContain('class="plist"');
    expect((await ask('/status?embed=nonsense')).text).toContain('<footer');
    for (const path of ['/status', '/closed?embed=banner'])
      expect((await ask(path)).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('announcements while they are in force, escaped', async () => {
    const announcements = [
      { title: '<b>Now</b>', text: 'One.\n\nTwo.\u202e', from: '2026-01-01' },
      { title: 'Over', from: '2025-01-01', to: '2025-02-01' },
      { title: 'Later', from: '2026-02-01' },
    ];
    const { ask } = await startSite({ pages: [samplePage({ announcements })], views: gold });
    const { text } = await ask('/status');
    expect(text).toContain('&lt;b>Now&lt;/b>');
    expect(text).toContain('<p>Two.<span class="ctl">U+202E</span></p>');
    expect(text).not.toMatch(/Over|Later/);
  });

  it('maintenance that is planned, for its own models only', async () => {
    const rule = { kind: 'fixed', from: noon + hour, to: noon + 3 * hour, reason: 'why' } as const;
    const maintenance = [
      { ...rule, models: ['gold-a'] },
      { ...rule, from: noon + 2 * hour, models: ['tin-*'] },
    ];
    const page = samplePage({ name_by: 'name' });
    const site = await startSite({ pages: [page], views: [...gold, ...tin], public: { maintenance } });
    const plain = (await site.ask('/status')).text.replaceAll(/<[^>]*>/g, '');
    expect(plain).toContain('Name of gold-a: maintenance planned from 2 Jan, 13:00 to 2 Jan, 15:00');
    expect(plain).not.toContain('14:00');
    expect(plain).not.toContain('why');
  });

  it('links in the navigation of the operator', async () => {
    const { ask } = await startSite({ pages: [samplePage({ title: '<Status>' })], views: gold });
    expect((await ask('/')).text).toContain('<a href="/status">&lt;Status></a>');
  });
});
