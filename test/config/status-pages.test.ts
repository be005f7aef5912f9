import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/read/load.js';
import { ownPaths } from '../../src/config/schema/status-page-schema.js';
import { createServer } from '../../src/http/server.js';
import { createFakeBackend } from '../http/fake-backend.js';
import { capabilities, directoryOf, load, problemsOf } from './loading.js';

const model = 'models: [{ id: a, provider: openai, model: m, api_key: k, labels: { tier: gold } }]';
const whole = (page: string): string =>
  `status_pages:\n  - { title: T, models: { ids: ['*'] }, ${page} }\n${model}\n`;

async function problemsIn(text: string, files: Readonly<Record<string, string | Buffer>> = {}) {
  const directory = await directoryOf({ 'main.yaml': text, ...files });
  return problemsOf(join(directory, 'main.yaml'), { PW: 'long enough' }, directory);
}

describe('status_pages', () => {
  it('have safe defaults', async () => {
    const { settings } = await load(whole('path: /status'));
    expect(settings.statusPages).toEqual([
      {
        path: '/status',
        title: 'T',
        models: { ids: ['*'], labels: {} },
        access: 'token',
        password: null,
        logo: null,
        nameBy: null,
        groupBy: null,
        show: { ids: false, reasons: false, latency: false, uptime: ['90d'] },
        historyMs: 90 * 86_400_000,
        locale: 'en-GB',
        timezone: 'UTC',
        accent: null,
        noindex: false,
        frameAncestors: [],
        announcements: [],
      },
    ]);
  });

  it.each([
    [
      'a path of modelpulse',
      'path: /Models',
      /main\.yaml:2:\d+: status_pages\[0\]\.path: must not begin with/,
    ],
    ['a path below one', 'path: /api/status', /status_pages\[0\]\.path: must not begin with/],
    ['the root', 'path: /', /status_pages\[0\]\.path: must be a path such as \/status/],
    ['a slash at the end', 'path: /status/', /status_pages\[0\]\.path: must be a path such as \/status/],
    ['an escape', "path: '/st%61tus'", /status_pages\[0\]\.path: must be a path such as \/status/],
    ['dots', 'path: /../status', /status_pages\[0\]\.path: must be a path such as \/status/],
    [
      'a password without use',
      'path: /s, password: 12345678',
      /status_pages\[0\]\.password: must be a text$/,
    ],
    [
      'an idle password',
      "path: /s, password: '${PW}'",
      /status_pages\[0\]\.password: needs "access: password"/,
    ],
    ['no password', 'path: /s, access: password', /status_pages\[0\]\.password: is required with/],
    ['a short one', "path: /s, access: password, password: 'abc'", /must have at least 8 characters$/],
    ['a colour by name', 'path: /s, theme: { accent: teal }', /accent: must be a colour such as #0a7/],
    ['a style in a colour', "path: /s, theme: { accent: '#0a7;}*{' }", /accent: must be a colour/],
    ['a language', "path: /s, locale: 'klingon!'", /locale: must be a language such as/],
    [
      'a directive',
      "path: /s, frame_ancestors: ['https://a.example; script-src *']",
      /frame_ancestors\[0\]: must be/,
    ],
    ['a window', 'path: /s, show: { uptime: [14d] }', /uptime\[0\]: must be one of 24h, 7d, 30d, 90d/],
    ['a key', 'path: /s, shown: {}', /shown: unknown key; did you mean "show"\?/],
    [
      'a time',
      'path: /s, announcements: [{ title: A, from: soon }]',
      /announcements\[0\]\.from: must be an ISO/,
    ],
    [
      'an end before the begin',
      'path: /s, announcements: [{ title: A, from: 2026-02-01, to: 2026-01-01 }]',
      /announcements\[0\]\.to: must be after "from"/,
    ],
    ['a missing logo', 'path: /s, logo: no.svg', /status_pages\[0\]\.logo: .*no\.svg: no such file/],
    [
      'a logo that is none',
      'path: /s, logo: main.yaml',
      /main\.yaml: is no SVG, PNG, JPEG, GIF or WebP picture/,
    ],
  ])('refuse %s, with file, line and key', async (_name, page, message) => {
    const problems = await problemsIn(whole(page));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
    expect(problems[0]).toMatch(/^main\.yaml:2:\d+: /);
  });

  it('refuse two pages of one path, and one within another', async () => {
    const page = (path: string) => `  - { path: ${path}, title: T, models: { ids: ['*'] } }\n`;
    const problems = await problemsIn(`status_pages:\n${page('/a')}${page('/a')}${page('/a/b')}${model}\n`);
    expect(problems.join('\n')).toMatch(/:3:\d+: status_pages\[1\]\.path: "\/a" is already the path/);
    expect(problems.join('\n')).toMatch(/:4:\d+: status_pages\[2\]\.path: "\/a\/b" and "\/a"/);
  });

  it('need a choice of models', async () => {
    const problems = await problemsIn(`status_pages: [{ path: /s, title: T, models: {} }]\n${model}\n`);
    expect(problems).toEqual([
      expect.stringMatching(/status_pages\[0\]\.models: must say which models the page shows/),
    ]);
  });

  it('read a logo by its content, with the configuration', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
    const png = Buffer.from('89504e470d0a1a0a00', 'hex');
    const directory = await directoryOf({ 'main.yaml': whole('path: /s, logo: logo.png'), 'logo.png': svg });
    const { settings, files } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
    expect(settings.statusPages[0]!.logo).toMatchObject({ type: 'image/svg+xml', bytes: Buffer.from(svg) });
    expect(files).toContain(join(directory, 'logo.png'));
    const other = await directoryOf({ 'main.yaml': whole('path: /s, logo: l'), l: png });
    const again = await loadConfig(join(other, 'main.yaml'), {}, capabilities);
    expect(again.settings.statusPages[0]!.logo?.type).toBe('image/png');
    expect(await problemsIn(whole('path: /s, logo: l'), { l: Buffer.alloc(300_000, 1) })).toEqual([
      expect.stringMatching(/l: is larger than 256 KiB$/),
    ]);
  });

  it('mask the password, and stand in the effective configuration', async () => {
    const text = whole(
      "path: /s, access: password, password: '${PW}', announcements: [{ title: A, from: 2026-01-01 }]",
    );
    const { effective } = await load(text, { PW: 'very secret' });
    const shown = JSON.stringify(effective());
    expect(shown).toContain('"password":"***"');
    expect(shown).not.toContain('very secret');
    const again = await load(JSON.stringify(effective()).replace('"***"', '"another one"'));
    expect(again.settings.statusPages[0]).toMatchObject({
      access: 'password',
      announcements: [{ title: 'A' }],
    });
  });

  it('warn of a page without models, and of models without names', async () => {
    const { warnings } = await load(
      `status_pages:\n  - { path: /a, title: A, models: { labels: { tier: tin } } }\n  - { path: /b, title: B, models: { ids: [a] } }\n${model}\n`,
    );
    expect(warnings).toEqual([
      expect.stringMatching(/:2:\d+: status_pages\[0\]\.models: match no model$/),
      expect.stringMatching(/:3:\d+: status_pages\[1\]: 1 of its 1 models have no name/),
    ]);
  });

  it('know the first part of each route of the server', async () => {
    const app = createServer(createFakeBackend(), {
      version: '1',
      access: () => ({ token: null, readTokens: [], publicBadges: false }),
      hosts: () => ({ allowed: [], local: true }),
      report: () => undefined,
    });
    const urls = new Set<string>();
    app.addHook('onRoute', ({ url }) => void urls.add(url));
    await app.ready();
    const tops = [...app.printRoutes({ commonPrefix: false }).matchAll(/^[├└]── (\/[\w-]*)/gm)].map(
      ([, top]) => top!.slice(1),
    );
    await app.close();
    const listed = [...urls].map((url) => url.split('/')[1] ?? '');
    // A path of a page holds no dot.
    const unknown = [...new Set([...tops, ...listed])].filter(
      (top) => top !== '' && !top.includes('.') && !ownPaths.some((own) => own === top),
    );
    expect(tops.length + listed.length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });
});
