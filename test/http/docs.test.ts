import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const token = 's3cret';
const authorization = `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`;
const serve = () =>
  startServer(createFakeBackend(), { access: () => ({ token, readTokens: [], publicBadges: false }) });
const lacksChromium = spawnSync('chromium', ['--version']).status !== 0 && process.env.CI !== 'true';
if (lacksChromium)
  process.stderr.write('SKIPPED: chromium is not installed, so the page at /docs was not opened\n');
const profile = mkdtempSync(join(tmpdir(), 'modelpulse-chromium-'));
afterAll(() => rmSync(profile, { recursive: true, force: true }));

/** The document at `url` when its scripts have nothing left to do, and what the browser had to say of it. */
async function opened(url: string): Promise<{ readonly page: string; readonly complaints: string[] }> {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`,
  ];
  const { stdout, stderr } = await promisify(execFile)(
    'chromium',
    [...flags, '--enable-logging=stderr', '--virtual-time-budget=30000', '--dump-dom', url],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  return { page: stdout, complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
}

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

  it('requires the token for every resource, and is read-only', async () => {
    const { ask } = await serve();
    for (const path of ['/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/swagger-ui.css']) {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, { headers: { authorization } })).status).toBe(200);
      const post = await ask(path, { method: 'POST', headers: { authorization } });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    expect((await ask('/docs/static/../../package.json', { headers: { authorization } })).status).toBe(404);
  });

  (lacksChromium ? it.skip : it)('displays every operation in a browser', async () => {
    const { ask, url } = await serve();
    const { paths } = (await ask('/api/v1/openapi.json', { headers: { authorization } })).json as {
      paths: Record<string, object>;
    };
    const { page, complaints } = await opened(`${url.replace('//', `//anyone:${token}@`)}/docs`);
    expect(complaints).toEqual([]);
    const shown = [...page.matchAll(/data-path="([^"]+)"/g)].map(([, path]) => path);
    expect(new Set(shown)).toEqual(new Set(Object.keys(paths)));
    expect(page.match(/class="opblock opblock-/g)).toHaveLength(
      Object.values(paths).flatMap((methods) => Object.keys(methods)).length,
    );
  });
});
