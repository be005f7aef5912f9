import { describe, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { inBrowser, useBrowser } from './browser.js';
import { tooWide, unfold, violationsOf } from './page-audit.js';
import { useCast } from './past-cast.js';

const site = useCast();
const { open } = useBrowser();

/** Everything that a keyboard has to reach, as the page has it. */
const controls = `(() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const chosen = (e) => e.type !== 'radio' || e.checked;
  globalThis.controls = all.filter((e) => e.type !== 'hidden' && e.checkVisibility() && chosen(e));
  return globalThis.controls.length;
})()`;

/** Presses Tab through the page; the names of controls that were not reached, and how often the focus went up the page. */
async function tabThrough(page: Page): Promise<{ missed: string[]; jumps: number }> {
  const count = await page.evaluate<number>(controls);
  await page.evaluate(
    `globalThis.reached = []; document.addEventListener('focusin', (e) => reached.push(e.target))`,
  );
  // A field for a time has a stop for each of its parts.
  for (let step = 0; step < count + 30; step += 1) await page.keyboard.press('Tab');
  return page.evaluate(`(() => {
    const name = (e) => e.tagName + ' ' + (e.innerText || e.getAttribute('aria-label') || e.name || '').slice(0, 40);
    // Scrolling boxes whose content fits are no stop of every browser.
    const stops = (e) => e.matches('.scroll, pre') === false;
    const tops = reached.filter(stops).map((e) => e.getBoundingClientRect().top + scrollY);
    return {
      missed: controls.filter((e) => stops(e) && !reached.includes(e)).map(name),
      jumps: tops.filter((top, index) => index > 0 && top < tops[index - 1] - 60).length,
    };
  })()`);
}

describe('by keyboard, the page of a model', () => {
  inBrowser('leads past the navigation, and to everything on it in the order of sight', async () => {
    const { url } = await site().serve();
    const { page, complaints } = await open(`${url}/models/bad-key`, { width: 768 });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Models');
    await page.goto(`${url}/models/bad-key`);
    await unfold(page);
    const { missed, jumps } = await tabThrough(page);
    expect(missed).toEqual([]);
    // The end of the page, from where it begins again.
    expect(jumps).toBeLessThanOrEqual(1);
    expect(complaints).toEqual([]);
  });

  inBrowser('unfolds a check, and sends a form', async () => {
    const { url } = await site().serve();
    const { page, complaints } = await open(`${url}/models/bad-key`);
    await page.locator('.res summary').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.innerText')).toContain('invalid x-api-key');
    await page.locator('summary', { hasText: 'A note to an incident' }).focus();
    await page.keyboard.press('Enter');
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('Tab');
    await page.keyboard.type('typed on a keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#inc$/);
    await page.locator('.inc').getByText('typed on a keyboard').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the filters of incidents', () => {
  for (const scripts of [true, false]) {
    inBrowser(`survive a reload and a way back ${scripts ? 'with' : 'without'} scripts`, async () => {
      const { url } = await site().serve();
      const { page, complaints } = await open(`${url}/incidents?month=2026-10`, { scripts });
      const rows = page.locator('.ilist tbody tr');
      const all = await rows.count();
      await page.getByLabel('Model').fill('outage');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.waitForURL(/model=outage/);
      const some = await rows.count();
      expect([some > 0, some < all]).toEqual([true, true]);
      await page.locator('.chips a', { hasText: 'Closed' }).click();
      await page.waitForURL(/open=false/);
      await page.reload();
      expect(await rows.count()).toBe(some);
      expect(await page.getByLabel('Model').inputValue()).toBe('outage');
      expect(await page.getByLabel('Month').inputValue()).toBe('2026-10');
      expect(await page.locator('.chips [aria-current]').innerText()).toBe('Closed');
      await rows.first().getByRole('link').first().click();
      await page.getByRole('heading', { level: 1, name: /^Incident/ }).waitFor();
      await page.goBack();
      expect(new URL(page.url()).searchParams.get('model')).toBe('outage');
      expect(await rows.count()).toBe(some);
      await page.goBack();
      await page.goBack();
      expect(await rows.count()).toBe(all);
      expect(complaints).toEqual([]);
    });
  }
});

/** Controls and cut parts that a printed page would show. */
const onPaper = `(() => {
  const { clientWidth } = document.documentElement;
  const shown = (e) => e.checkVisibility() && !e.closest('.vh');
  const all = [...document.querySelectorAll('body *')].filter(shown);
  return {
    controls: all.filter((e) => e.matches('button, input, select, textarea, .btn, .top nav, .zoom, .chips, .live')).map((e) => e.outerHTML),
    cut: all.filter((e) => e.matches('th, td, li, p') && e.getBoundingClientRect().right > clientWidth).map((e) => e.innerText),
    ground: getComputedStyle(document.body).backgroundColor,
  };
})()`;

describe('on paper', () => {
  for (const path of ['/models/bad-key', '/report', '/incidents/36', '/incidents', '/status']) {
    inBrowser(`${path} is light, whole and without controls`, async () => {
      const { url } = await site().serve();
      // What is left of A4 across at 96 px an inch.
      const { page } = await open(url + path, { width: 1_031, height: 702, scheme: 'dark' });
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.evaluate(onPaper)).toEqual({ controls: [], cut: [], ground: 'rgb(255, 255, 255)' });
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(new Set(pdf.match(/\/MediaBox \[[^\]]*\]/g))).toEqual(
        new Set([expect.stringMatching(/\[0 0 84\d(\.\d+)? 59\d(\.\d+)?\]/)]),
      );
    });
  }
});

/** The contrast between the lightest and the darkest point of an element, as it is painted. */
async function contrastOf(page: Page, element: Locator): Promise<number> {
  const png = (await element.screenshot()).toString('base64');
  return page.evaluate<number>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png}';
    await image.decode();
    const brush = new OffscreenCanvas(image.width, image.height).getContext('2d');
    brush.drawImage(image, 0, 0);
    const { data } = brush.getImageData(0, 0, image.width, image.height);
    const linear = (part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const all = Array.from({ length: data.length / 4 }, (_, at) =>
      0.2126 * linear(data[at * 4]) + 0.7152 * linear(data[at * 4 + 1]) + 0.0722 * linear(data[at * 4 + 2]));
    const extreme = (choose) => all.reduce((one, other) => choose(one, other)) + 0.05;
    return extreme(Math.max) / extreme(Math.min);
  })()`);
}

describe('in colours of the reader', () => {
  for (const path of ['/models/bad-key', '/incidents', '/status']) {
    inBrowser(`${path} keeps its states apart`, async () => {
      const { url } = await site().serve();
      const { page, complaints } = await open(url + path, { scheme: 'dark' });
      await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
      const read = page.locator('h1, .s:visible, .go, [aria-current]');
      for (const element of (await read.all()).slice(0, 12))
        expect(await contrastOf(page, element)).toBeGreaterThan(4.5);
      const bars = await page.evaluate<string[]>(
        `[...document.querySelectorAll(':is(.b, .strip) path')].map((e) => e.getAttribute('class') + getComputedStyle(e).fill)`,
      );
      // As many colours as states: none became that of the text.
      expect(new Set(bars.map((bar) => bar.slice(1))).size).toBe(new Set(bars.map((bar) => bar[0])).size);
      const outlines = await page.evaluate<string[]>(
        `[...document.querySelectorAll('[aria-current]')].map((e) => getComputedStyle(e).outlineStyle)`,
      );
      expect(outlines.filter((style) => style !== 'solid')).toEqual([]);
      expect(complaints).toEqual([]);
    });
  }
});

describe('on a wide dark screen', () => {
  for (const path of ['/models/outage', '/incidents', '/report', '/status']) {
    inBrowser(`${path} is clean`, async () => {
      const { url } = await site().serve();
      const { page, complaints } = await open(url + path, { width: 1_920, scheme: 'dark' });
      const found = { complaints, violations: await violationsOf(page), tooWide: await tooWide(page) };
      expect(found).toEqual({ complaints: [], violations: [], tooWide: [] });
    });
  }
});
