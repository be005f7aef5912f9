import { describe, expect, it } from '@jest/globals';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';
import { storedIncident } from './sample-page.js';

const tokens = { all: 'everything', reads: 'reader' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (token: string) => ({
  authorization: `Basic ${Buffer.from(`any:${token}`).toString('base64')}`,
});

describe('the configuration on the page of a model', () => {
  it('is shown with the full token only', async () => {
    const { url, credentials } = await serve();
    for (const [name, headers] of Object.entries(credentials)) {
      const answer = await fetch(`${url}/models/a`, { headers });
      const isShown = (await answer.text()).includes('id: a\n');
      const mayAll = ['Bearer', 'Basic', 'login', 'wrong Bearer beside a login'];
      expect([name, isShown]).toEqual([name, mayAll.includes(name)]);
    }
  });
});

describe('what pages offer', () => {
  it('is what their reader may do: with a read token no form, and one line that says why', async () => {
    const { url, credentials } = await serve();
    for (const [name, [reads, page]] of Object.entries(rights)) {
      if (reads !== 200) continue;
      const headers = credentials[name as keyof typeof rights];
      const offersOn = async (path: string) => {
        const text = await (await fetch(url + path, { headers })).text();
        const forms = [...text.matchAll(/<form[^>]* method="post" action="([^"#]*)/g)].map(([, to]) => to);
        return {
          forms: forms.filter((to) => to !== '/logout'),
          leadsToForms: /href="[^"]*#(?:note|exclude)"/.test(text),
          says: text.split('Your token only reads.').length - 1,
        };
      };
      const none = { forms: [], leadsToForms: false, says: 1 };
      const ofModel = ['check', 'pause', 'notes', 'exclusions', 'exclusions/1/delete'];
      expect([name, await offersOn('/models/a')]).toEqual([
        name,
        page === 403
          ? none
          : { forms: ofModel.map((form) => `/models/a/${form}`), leadsToForms: true, says: 0 },
      ]);
      expect([name, await offersOn('/incidents/7')]).toEqual([
        name,
        page === 403 ? none : { forms: ['/incidents/7/notes'], leadsToForms: true, says: 0 },
      ]);
    }
  });
});

async function serve() {
  const excluded = { id: 1, from: noon - 90_000, to: noon - 60_000, createdAt: noon };
  const backend = createFakeBackend({
    views: [sampleView('a', { exclusions: [excluded] })],
    incidents: [storedIncident(7, 'a', noon - 600_000, noon - 300_000)],
  });
  const running = await startServer(backend, {
    access: () => ({ token: tokens.all, readTokens: [tokens.reads], publicBadges: false }),
  });
  const { url } = running;
  const logIn = async (token: string): Promise<{ cookie: string; origin: string }> => {
    const body = new URLSearchParams({ token });
    const answer = await fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual' });
    return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', origin: url };
  };
  return {
    ...running,
    credentials: {
      none: {},
      'wrong Bearer': bearer('wrong'),
      'wrong cookie': { cookie: `modelpulse_session${new URL(url).port}=${'x'.repeat(43)}`, origin: url },
      Bearer: bearer(tokens.all),
      Basic: basic(tokens.all),
      login: await logIn(tokens.all),
      'read token as Bearer': bearer(tokens.reads),
      'read token as Basic': basic(tokens.reads),
      'login with a read token': await logIn(tokens.reads),
      'wrong Bearer beside a login': { ...bearer('wrong'), ...(await logIn(tokens.all)) },
      'read token beside a login': { ...bearer(tokens.reads), ...(await logIn(tokens.all)) },
    } satisfies Record<string, Record<string, string>>,
    logIn,
  };
}

/** What each kind of credentials may: read, change through a page, change through the API. */
const rights = {
  none: [401, 401, 401],
  'wrong Bearer': [401, 401, 401],
  'wrong cookie': [401, 401, 401],
  Bearer: [200, 200, 200],
  Basic: [200, 200, 200],
  login: [200, 200, 403],
  'read token as Bearer': [200, 403, 403],
  'read token as Basic': [200, 403, 403],
  'login with a read token': [200, 403, 403],
  'wrong Bearer beside a login': [200, 200, 403],
  'read token beside a login': [200, 403, 403],
} as const;

describe('credentials', () => {
  it.each(Object.entries(rights))('%s', async (name, [reads, page, api]) => {
    const { credentials, ask } = await serve();
    const headers = credentials[name as keyof typeof rights];
    const statusOf = async (method: string, path: string) => (await ask(path, { method, headers })).status;
    for (const path of ['/', '/api/v1/models', '/metrics']) {
      expect([path, await statusOf('GET', path)]).toEqual([path, reads]);
      expect([path, await statusOf('HEAD', path)]).toEqual([path, reads]);
    }
    // No page takes a form at this address yet, and who may send one learns so.
    expect(await statusOf('POST', '/')).toBe(page === 200 ? 405 : page);
    expect(await statusOf('POST', '/-/reload')).toBe(api);
    // Reads, but costs a check.
    expect(await statusOf('GET', '/probe?target=nobody')).toBe(api === 200 ? 404 : api);
    expect(await statusOf('PUT', '/api/v1/models')).toBe(api === 200 ? 405 : api);
  });

  it('of a login are told by code why they do not do for a program', async () => {
    const { credentials, ask } = await serve();
    const codeOf = async (headers: Record<string, string>) =>
      (await ask('/api/v1/models/a/check', { method: 'POST', headers })).json;
    expect(await codeOf(credentials.login)).toMatchObject({ code: 'needs_token' });
    expect(await codeOf(credentials['login with a read token'])).toMatchObject({ code: 'read_only' });
  });

  it('of a login change something only where the browser says that an own page asks', async () => {
    const { credentials, ask, url } = await serve();
    const { cookie } = credentials.login;
    const senders: readonly (readonly [Record<string, string>, number])[] = [
      [{ origin: url }, 405],
      [{ 'sec-fetch-site': 'same-origin' }, 405],
      [{ origin: url, 'sec-fetch-site': 'same-origin' }, 405],
      [{}, 403],
      [{ 'sec-fetch-site': 'none' }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: 'http://evil.example' }, 403],
      [{ origin: url, 'sec-fetch-site': 'cross-site' }, 403],
      [{ origin: url, 'sec-fetch-site': 'same-site' }, 403],
      [{ referer: `${url}/` }, 403],
    ];
    for (const [headers, status] of senders) {
      const answer = await ask('/', { method: 'POST', headers: { ...headers, cookie } });
      expect([headers, answer.status]).toEqual([headers, status]);
    }
    expect((await ask('/logout', { method: 'POST', headers: { cookie } })).status).toBe(403);
    expect((await ask('/', { headers: { cookie } })).status).toBe(200);
  });

  it('that only read are told so on a page, with a way to log in anew', async () => {
    const { credentials, ask } = await serve();
    const headers = { ...credentials['login with a read token'], accept: 'text/html' };
    const { status, text } = await ask('/', { method: 'POST', headers });
    expect(status).toBe(403);
    expect(text).toContain('This login only reads.');
    expect(text).toContain('action="/logout"');
  });

  it('open the stream of events and the description that pages use', async () => {
    const { credentials, ask, url } = await serve();
    for (const name of ['login', 'login with a read token'] as const) {
      const headers = credentials[name];
      expect((await ask('/docs', { headers })).status).toBe(200);
      const aborted = new AbortController();
      const stream = await fetch(`${url}/api/v1/events`, { headers, signal: aborted.signal });
      expect(stream.status).toBe(200);
      aborted.abort();
    }
  });
});
