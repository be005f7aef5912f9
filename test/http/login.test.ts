import { describe, expect, it } from '@jest/globals';
import type { Access } from '../../src/http/auth.js';
import { sessionMs } from '../../src/http/sessions.js';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer, type Running } from './running-server.js';

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const everything = 'every:thing with=signs';
const reader = 'reader-one';

interface Browser extends Running {
  /** Sends a form as a page of this server does. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  open(path: string, cookie?: string, headers?: Record<string, string>): Promise<Response>;
  /** Logs in and returns the cookie. */
  logIn(token: string): Promise<string>;
  /** Lets the clock of the server go on. */
  pass(ms: number): void;
}

async function serve(access: () => Access = fixed({}), allowed: string[] = []): Promise<Browser> {
  let now = noon;
  const backend = createFakeBackend({ views: [sampleView('a')] }, { now: () => now });
  const running = await startServer(backend, { access, hosts: () => ({ allowed, local: true }) });
  const { url } = running;
  const browser: Browser = {
    ...running,
    post: (path, fields, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(fields),
        headers: { accept: html, origin: url, ...headers },
      }),
    open: (path, cookie, headers = {}) =>
      fetch(url + path, {
        redirect: 'manual',
        headers: { accept: html, ...(cookie === undefined ? {} : { cookie }), ...headers },
      }),
    async logIn(token) {
      const answer = await browser.post('/login', { token });
      expect(answer.status).toBe(303);
      return cookieOf(answer);
    },
    pass: (ms) => (now += ms),
  };
  return browser;
}

function fixed(changes: Partial<Access>): () => Access {
  const access = { token: everything, readTokens: [reader], publicBadges: false, ...changes };
  return () => access;
}

/** `name=value` of the only cookie. */
function cookieOf(answer: Response): string {
  const cookies = answer.headers.getSetCookie();
  expect(cookies).toHaveLength(1);
  return cookies[0]?.split(';')[0] ?? '';
}

describe('page without a login', () => {
  it('shows the form in its place, with nothing that makes a browser prompt', async () => {
    const { open } = await serve();
    for (const path of ['/', '/?q=a', '/nowhere', '/models/secret-model']) {
      const answer = await open(path);
      const text = await answer.text();
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="modelpulse"');
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(text).toContain('<form class="form" method="post" action="/login">');
      expect(text).toContain(`name="next" value="${path}"`);
      // Nothing of what the server knows.
      expect(text).not.toMatch(/1\.2\.3|open<|Incidents/);
    }
  });

  it('leads from the page of the API to the form, which its policy would not let be sent', async () => {
    const { open } = await serve();
    const answer = await open('/docs');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Fdocs']);
  });

  it.each([['application/json'], ['*/*'], ['application/json, text/html;q=0.9'], ['']])(
    'answers programs that accept %p as ever',
    async (accept) => {
      const { ask } = await serve();
      const { status, headers, json } = await ask('/', { headers: { accept } });
      expect([status, json]).toMatchObject([401, { code: 'unauthorized' }]);
      expect(headers.get('www-authenticate')).toBe('Basic realm="modelpulse", charset="UTF-8"');
    },
  );

  it.each(['/api/v1/models', '/metrics', '/-/reload', '/probe?target=a', '/sd/prometheus'])(
    'is no page, and so no form, at %s',
    async (path) => {
      const { open } = await serve();
      const answer = await open(path);
      expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'unauthorized' }]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    },
  );

  it('makes no prompt where a script of a page asks', async () => {
    const { ask } = await serve();
    for (const headers of [{ 'sec-fetch-dest': 'empty' }, { accept: 'text/event-stream' }]) {
      const answer = await ask('/api/v1/events', { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="modelpulse"');
    }
  });

  it('is loaded again once where the link of another site kept the cookie back', async () => {
    const { open } = await serve();
    const first = await open('/', undefined, { 'sec-fetch-site': 'cross-site' });
    expect(first.status).toBe(401);
    expect(await first.text()).toContain('<meta http-equiv="refresh" content="0"/>');
    const tried = cookieOf(first);
    const second = await open('/', tried, { 'sec-fetch-site': 'cross-site' });
    expect(await second.text()).toContain('action="/login"');
  });
});

describe('login', () => {
  it('gives a cookie without the token, and goes on to the page that was asked for', async () => {
    const { post, open, url } = await serve();
    const answer = await post('/login', { token: ` ${everything}\n`, next: '/?q=a&state=healthy' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?q=a&state=healthy']);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^modelpulse_session\d+=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).toContain(`modelpulse_session${new URL(url).port}=`);
    const page = await open('/', cookie.split(';')[0]);
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain('<form method="post" action="/logout">');
    expect(text).not.toContain(everything);
  });

  it('has a cookie for https only where the browser sees https', async () => {
    const { post } = await serve(fixed({}), ['pulse.example']);
    const answer = await post('/login', { token: everything }, { origin: 'https://pulse.example' });
    expect(answer.headers.getSetCookie()[0]).toMatch(/; Secure$/);
  });

  it('refuses another token, with the form', async () => {
    const { post } = await serve();
    for (const token of ['', 'wrong', `${everything}x`, reader.slice(1)]) {
      const answer = await post('/login', { token, next: '/?q=a' });
      const text = await answer.text();
      expect(answer.status).toBe(401);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(text).toContain('This token is not right.');
      expect(text).toContain('name="next" value="/?q=a"');
    }
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/.//evil.example', '/logout', ''])(
    'does not go on to %p',
    async (next) => {
      const { post } = await serve();
      const answer = await post('/login', { token: everything, next });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    },
  );

  it('refuses a long form, and one of another origin', async () => {
    const { post } = await serve();
    expect((await post('/login', { token: 'x'.repeat(20_000) })).status).toBe(413);
    const foreign = await post('/login', { token: everything }, { origin: 'http://evil.example' });
    expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([403, []]);
  });

  it('takes no token from an address, and no other type of body', async () => {
    const { ask, url } = await serve();
    const headers = { origin: url, accept: html };
    const inAddress = await ask(`/login?token=${encodeURIComponent(everything)}`, {
      method: 'POST',
      headers,
    });
    expect(inAddress.status).toBe(401);
    const body = JSON.stringify({ token: everything });
    expect((await ask('/login', { method: 'POST', headers, body })).status).toBe(401);
  });

  it('slows guessing down, of an address and for a minute', async () => {
    const { post, logIn, pass, open } = await serve();
    const kept = await logIn(everything);
    for (let guess = 0; guess < 10; guess += 1)
      expect((await post('/login', { token: `guess ${guess}` })).status).toBe(401);
    const refused = await post('/login', { token: everything });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await refused.text()).toContain('Too many wrong tokens.');
    // Who is logged in notices nothing.
    expect((await open('/', kept)).status).toBe(200);
    pass(60_000);
    await logIn(everything);
  });

  it('is a page of its own as well, which who is logged in does not need', async () => {
    const { open, logIn } = await serve();
    const form = await open('/login?next=/%3Fq=a');
    expect([form.status, (await form.text()).includes('name="next" value="/?q=a"')]).toEqual([200, true]);
    const on = await open('/login?next=//evil.example', await logIn(everything));
    expect([on.status, on.headers.get('location')]).toEqual([303, '/']);
  });

  it('needs no token where the server has none', async () => {
    const { open, post } = await serve(fixed({ token: null, readTokens: [] }));
    expect((await open('/login')).status).toBe(303);
    const answer = await post('/login', { token: 'any' });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([303, []]);
    expect(await (await open('/')).text()).not.toContain('/logout');
  });
});

describe('end of a login', () => {
  it('comes with the log out, which takes the cookie back', async () => {
    const { open, post, logIn } = await serve();
    const cookie = await logIn(everything);
    const other = await logIn(everything);
    const out = await post('/logout', {}, { cookie });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/']);
    expect(out.headers.getSetCookie()[0]).toMatch(/^modelpulse_session\d+=; Path=\/; Max-Age=0;/);
    expect((await open('/', cookie)).status).toBe(401);
    expect((await open('/', other)).status).toBe(200);
    expect((await post('/logout', {})).status).toBe(303);
  });

  it('comes after twelve hours, however often it was used', async () => {
    const { open, logIn, pass } = await serve();
    const cookie = await logIn(everything);
    pass(sessionMs / 2);
    expect((await open('/', cookie)).status).toBe(200);
    pass(sessionMs / 2 - 1);
    expect((await open('/', cookie)).status).toBe(200);
    pass(1);
    expect((await open('/', cookie)).status).toBe(401);
  });

  it('comes with another token, and with the end of a read token', async () => {
    let access: Access = { token: everything, readTokens: [reader], publicBadges: false };
    const { open, logIn } = await serve(() => access);
    const [full, reads] = [await logIn(everything), await logIn(reader)];
    access = { ...access, readTokens: [] };
    expect([(await open('/', full)).status, (await open('/', reads)).status]).toEqual([200, 401]);
    access = { ...access, token: 'another', readTokens: [reader] };
    expect([(await open('/', full)).status, (await open('/', reads)).status]).toEqual([401, 200]);
  });

  it('comes for the oldest of very many of one token', async () => {
    const { open, logIn } = await serve();
    const reads = await logIn(reader);
    const first = await logIn(everything);
    const second = await logIn(everything);
    for (let more = 0; more < 199; more += 1) await logIn(everything);
    const statuses = [first, second, reads].map(async (cookie) => (await open('/', cookie)).status);
    expect(await Promise.all(statuses)).toEqual([401, 200, 200]);
  });
});
