import { describe, expect, it } from '@jest/globals';
import { inBrowserInFull, useBrowser } from '../page/browser.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';
import { inFull } from '../slow.js';

const token = 's3cret';
const authorization = `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`;
const serve = () =>
  startServer(createFakeBackend(), { access: () => ({ token, readTokens: [], publicBadges: false }) });
const { open } = useBrowser();

describe('page at /docs', () => {
  it('serves all its resources, and may not contact other hosts', async () => {
    const { ask } = await serve();
    for (const path of ['/docs', '/docs/']) {
      const { status, headers, text } = await ask(path, { headers: { authorization } });
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(text).toContain('<title>modelpulse API</title>');
      expect(text).not.toMatch(/https?:/);
      const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part = '']) => part);
      expect(parts.length).toBeGreaterThan(3);
      for (const part of parts) {
        const { pathname } = new URL(part, `http://here${path}`);
        expect((await ask(pathname, { headers: { authorization } })).status).toBe(200);
      }
    }
  });

  inFull('requires the token for every resource, and is read-only', async () => {
    const { ask } = await serve();
    for (const path of ['/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/swagger-ui.css']) {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, { headers: { authorization } })).status).toBe(200);
      const post = await ask(path, { method: 'POST', headers: { authorization } });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    expect((await ask('/docs/static/../../package.json', { headers: { authorization } })).status).toBe(404);
  });

  inBrowserInFull('displays every operation in a browser, which is led there by the login', async () => {
    const { ask, url } = await serve();
    const { paths } = (await ask('/api/v1/openapi.json', { headers: { authorization } })).json as {
      paths: Record<string, object>;
    };
    const count = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
    const { page, complaints } = await open(`${url}/docs`);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page
      .locator('.opblock')
      .nth(count - 1)
      .waitFor();
    expect(complaints).toEqual([]);
    const shown = [...(await page.content()).matchAll(/data-path="([^"]+)"/g)].map(([, path]) => path);
    expect(new Set(shown)).toEqual(new Set(Object.keys(paths)));
    expect(await page.locator('.opblock').count()).toBe(count);
  });
});
