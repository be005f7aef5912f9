import { describe, expect } from '@jest/globals';
import fc from 'fast-check';
import { createEventFeed } from '../../src/http/event-feed.js';
import { noon, sampleModel, sampleView } from '../metrics/sample-view.js';
import { inBrowser, useBrowser } from './browser.js';
import { hostileTexts, idOf } from './hostile-text.js';
import { castView, serveScene } from './model-scene.js';
import { tooWide, violationsOf } from './page-audit.js';

const { open } = useBrowser();
/** What has the focus, as a reader would name it. */
const focused = `(() => {
  const { activeElement: at } = document;
  if (at === document.body) return 'BODY';
  return at.labels?.[0]?.innerText.trim() || at.getAttribute('aria-label') || at.innerText?.trim().split('\\n')[0] || at.tagName;
})()`;

describe('overview by keyboard', () => {
  inBrowser('leads past the navigation first, then through all of it in the order of sight', async () => {
    const { url } = await serveScene();
    const { page } = await open(url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(focused)).toBe('Skip to the content');
    expect(await page.getByText('Skip to the content').isVisible()).toBe(true);
    const seen: string[] = [];
    const places: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      const [name, top] = await page.evaluate<[string, number]>(
        `[${focused}, document.activeElement.getBoundingClientRect().top + scrollY]`,
      );
      if (name === 'BODY') break;
      seen.push(name);
      places.push(Math.round(top));
    }
    const order = [
      'modelpulse',
      'Models',
      'Auto',
      'Monitor is well',
      'All 10',
      'gpt-4o',
      'Find a model',
      'gemini-flash',
    ];
    const known = order.map((name) => seen.findIndex((one) => one.includes(name)));
    expect(order.filter((_name, index) => (known[index] ?? -1) < 0)).toEqual([]);
    expect(known).toEqual([...known].sort((a, b) => a - b));
    // From one to the next it goes down the page; within a line to either side.
    const jumps = places.filter((top, index) => index > 0 && top < (places[index - 1] ?? 0) - 60);
    expect(jumps).toEqual([]);
  });

  inBrowser('filters with chips and search, and the address keeps it over a reload and back', async () => {
    const { url } = await serveScene();
    const { page, complaints } = await open(url);
    const rows = page.locator('[data-row]:visible');
    expect(await rows.count()).toBe(10);
    await page.locator('.chips a', { hasText: 'Unhealthy' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${url}/?state=unhealthy`);
    expect(await rows.count()).toBe(3);
    await page.getByLabel('Find a model').focus();
    await page.keyboard.type('claude');
    await page.waitForURL(`${url}/?state=unhealthy&q=claude`);
    expect(await rows.count()).toBe(1);
    await page.reload();
    expect(await rows.count()).toBe(1);
    expect(await page.getByLabel('Find a model').inputValue()).toBe('claude');
    await page.locator('[data-row] th a').click();
    await page.getByRole('button', { name: 'Check now' }).waitFor();
    await page.goBack();
    expect(new URL(page.url()).search).toContain('q=claude');
    expect(await rows.count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  inBrowser('holds several labels at once, also one that no model has', async () => {
    const labelled = castView({ id: 'gpt', provider: 'openai', team: 'search' }, 0);
    const labels = { team: 'search', tier: 'gold' };
    const { url } = await serveScene([
      { ...labelled, model: { ...labelled.model, labels } },
      castView({ id: 'other', provider: 'openai', team: 'search' }, 1),
    ]);
    for (const scripts of [true, false]) {
      const { page } = await open(`${url}/?label=team:search`, { scripts });
      const apply = async () => {
        if (!scripts) await page.getByRole('button', { name: 'Apply' }).click();
      };
      const chosen = () => new URL(page.url()).searchParams.getAll('label').filter((label) => label !== '');
      expect(await page.locator('[data-row]').count()).toBe(2);
      await page.locator('select[name="label"]').last().selectOption('tier:gold');
      await apply();
      await page.waitForURL(/tier%3Agold/);
      expect(chosen()).toEqual(['team:search', 'tier:gold']);
      expect(await page.locator('[data-row]').count()).toBe(1);
      await page.locator('select[name="label"]').first().selectOption('');
      await apply();
      await page.waitForURL((address) => !address.href.includes('team'));
      expect(chosen()).toEqual(['tier:gold']);

      await page.goto(`${url}/?label=team:gone`);
      await page.getByLabel('Who acts').selectOption('provider');
      await apply();
      await page.waitForURL(/blame=provider/);
      expect(chosen()).toEqual(['team:gone']);
    }
  });

  inBrowser('filters without scripts by the form', async () => {
    const { url } = await serveScene();
    const { page } = await open(url, { scripts: false });
    await page.getByLabel('Find a model').fill('claude');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/q=claude/);
    expect(await page.locator('[data-row]').count()).toBe(1);
  });
});

describe('overview of hostile texts', () => {
  const views = (texts: readonly string[]) =>
    texts.map((text, index) => {
      const actor = {
        id: idOf(text, index),
        name: text,
        state: 'unhealthy',
        reason: 'server_error',
      } as const;
      const view = castView({ ...actor, detail: text.repeat(Math.ceil(1_000_000 / text.length)) }, index);
      return {
        ...view,
        model: { ...view.model, provider: text, labels: { [text.slice(0, 60)]: text, team: text } },
      };
    });

  const check = async (texts: readonly string[], width: number): Promise<void> => {
    const { url } = await serveScene(views(texts));
    const { page, context, complaints } = await open(url, { width });
    const found = {
      complaints,
      tooWide: await tooWide(page),
      rows: await page.locator('[data-row]').count(),
      headings: await page.locator('h1').count(),
      scripts: await page.locator('script').count(),
      handlers: await page.evaluate(
        `[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith('on') || n === 'style')`,
      ),
    };
    expect(found).toEqual({
      complaints: [],
      tooWide: [],
      rows: texts.length,
      headings: 1,
      scripts: 1,
      handlers: [],
    });
    expect(await violationsOf(page)).toEqual([]);
    await context.close();
  };

  inBrowser('executes nothing and fits on a phone', () => check(hostileTexts, 320));
  inBrowser('executes nothing and fits on a desk', () => check(hostileTexts, 1_280));

  // Many on one page, since a page takes a second to judge.
  inBrowser('executes nothing and fits on a phone with any text', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 60, maxLength: 60 }),
        (texts) => check([...hostileTexts, ...texts], 320),
      ),
      { numRuns: 2, endOnFailure: true },
    ),
  );
});

describe('overview of very many models', () => {
  inBrowser('can be used while events flood in', async () => {
    const views = Array.from({ length: 1_000 }, (_, index) =>
      sampleView(`model-${index}`, {
        key: index + 1,
        model: sampleModel(`model-${index}`, { labels: { team: `t${index % 7}` } }),
      }),
    );
    const events = createEventFeed({ run: 'run', size: 64 });
    const { url } = await serveScene(views, { backend: { events } });
    const flood = setInterval(() => {
      for (const { model } of views.slice(0, 20)) {
        const change = {
          state: 'healthy',
          was: 'unknown',
          since: noon,
          reason: 'ok',
          incident: null,
        } as const;
        events.publish({ kind: 'state', model: model.id, ...change });
      }
    }, 20);
    const began = performance.now();
    const { page, complaints } = await open(`${url}/?limit=1000`);
    expect(await page.locator('[data-row]').count()).toBe(views.length);
    await page.getByLabel('Find a model').fill('model-17');
    await page.locator('[data-row]:visible').nth(5).waitFor();
    clearInterval(flood);
    expect(await page.getByLabel('Find a model').inputValue()).toBe('model-17');
    // Generous: the machine does other things.
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(complaints).toEqual([]);
  });
});

describe('overview on paper', () => {
  inBrowser('is light, has no controls and loses no model', async () => {
    const { url } = await serveScene();
    const { page } = await open(url, { scheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const part of ['.tools', '.chips', '.top nav', '.side', '.theme'])
      expect([part, await page.locator(part).isVisible()]).toEqual([part, false]);
    expect(await page.locator('[data-row]:visible').count()).toBe(10);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await tooWide(page)).toEqual([]);
  });
});
