import { describe, expect } from '@jest/globals';
import { became, useSite } from '../app/registry.js';
import { completion } from '../checker/server.js';
import { inBrowser, useBrowser } from './browser.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
const { open } = useBrowser();

/** A provider that answers, or fails while `broken` is set. */
async function serveBreakable(): Promise<{ broken: boolean; readonly port: number }> {
  const provider = { broken: false, port: 0 };
  const { port } = await site().serve((request, response) => {
    request.resume();
    response.writeHead(provider.broken ? 500 : 200, { 'content-type': 'application/json' });
    response.end(provider.broken ? '{"error":{"message":"out of order"}}' : completion('New Delhi'));
  });
  provider.port = port;
  return provider;
}

describe('overview of a running daemon', () => {
  inBrowser('shows by itself that a model breaks and heals', async () => {
    const provider = await serveBreakable();
    const daemon = await site().daemon(
      site().configure([
        site().model('healthy', { id: 'steady' }),
        site().model('any', {
          ...fixedQuestion,
          id: 'mended',
          base_url: `http://127.0.0.1:${provider.port}/v1`,
        }),
      ]),
    );
    await daemon.line(became('mended', 'healthy'));
    const { page, complaints } = await open(daemon.url);
    await page.locator('.live:not(.off)').waitFor();
    const row = page.locator('[data-row]', { hasText: 'mended' });
    provider.broken = true;
    await row.locator('.st.u').waitFor();
    await page.getByRole('heading', { level: 1 }).getByText('is down').waitFor();
    await page.getByRole('heading', { name: 'Who has to act' }).waitFor();
    expect(await page.locator('.causes').innerText()).toMatch(/127\.0\.0\.1:\d+/);
    expect(await page.title()).toBe('1 down · modelpulse');
    provider.broken = false;
    await row.locator('.st.h').waitFor();
    await page.locator('.causes').waitFor({ state: 'detached' });
    expect(await page.title()).toBe('2 models up · modelpulse');
    expect(complaints).toEqual([]);
  });

  inBrowser('keeps what is there over several updates: causes, what is open, what is typed', async () => {
    const provider = await serveBreakable();
    const daemon = await site().daemon(
      site().configure([
        site().model('bad-key', { id: 'down' }),
        site().model('any', {
          ...fixedQuestion,
          id: 'mended',
          base_url: `http://127.0.0.1:${provider.port}/v1`,
        }),
      ]),
    );
    await Promise.all([daemon.line(became('mended', 'healthy')), daemon.line(became('down', 'unhealthy'))]);
    const { page, complaints } = await open(daemon.url);
    await page.locator('.live:not(.off)').waitFor();
    await page.locator('.mon summary').click();
    await page.getByLabel('Find a model').fill('e');
    const row = page.locator('[data-row]', { hasText: 'mended' });
    for (const state of ['u', 'h', 'u', 'h']) {
      provider.broken = state === 'u';
      await row.locator(`.st.${state}`).waitFor();
      expect(await page.locator('.causes').count()).toBe(1);
      expect(await page.locator('.mon').getAttribute('open')).not.toBeNull();
      expect(await page.getByLabel('Find a model').inputValue()).toBe('e');
    }
    expect(complaints).toEqual([]);
  });

  inBrowser('says when the daemon is away, and that its reader is logged out', async () => {
    const daemon = await site().daemon(
      site().configure([site().model('healthy')], {
        server: { listen: '127.0.0.1:0', bearer_token: 's3cret' },
      }),
    );
    const { page } = await open(`${daemon.url}/?q=healthy`);
    await page.getByLabel('Token').fill('s3cret');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('.live:not(.off)').waitFor();
    expect(page.url()).toBe(`${daemon.url}/?q=healthy`);
    expect(await page.evaluate<string>('document.cookie')).not.toContain('session');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.goto(daemon.url);
    await page.getByLabel('Token').waitFor();
    await page.getByLabel('Token').fill('s3cret');
    await page.keyboard.press('Enter');
    await page.locator('.live:not(.off)').waitFor();
    daemon.child.kill('SIGKILL');
    await page.getByText('Not live since').waitFor();
  });
});
