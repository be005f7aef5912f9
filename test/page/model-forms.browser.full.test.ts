import { EventEmitter, once } from 'node:events';
import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { inBrowser, useBrowser } from './browser.js';
import { useCast } from './past-cast.js';

const site = useCast();
const { open } = useBrowser();

/** A page whose forms change the history; with the scripts of the page or without. */
async function visit(path: string, scripts: boolean): Promise<{ page: Page; complaints: readonly string[] }> {
  const { url } = await site().serve();
  return open(url + path, { scripts });
}

const button = (page: Page, name: string) => page.getByRole('button', { name });

for (const scripts of [true, false]) {
  const way = scripts ? 'with scripts' : 'without scripts';
  describe(`forms of a model, ${way},`, () => {
    inBrowser('check it now', async () => {
      const { page, complaints } = await visit('/models/flaky', scripts);
      const byHand = page.locator('.chk', { hasText: 'by hand' }).getByText('by hand');
      const before = await byHand.count();
      await button(page, 'Check now').click();
      await page.waitForURL(/#checks$/);
      expect(await byHand.count()).toBe(before + 1);
      expect(complaints).toEqual([]);
    });

    inBrowser('add a note to its incident', async () => {
      const { page, complaints } = await visit('/models/bad-key', scripts);
      const text = `Written ${way}`;
      // The link unfolds the form, which browsers do by themselves.
      await page.getByRole('link', { name: 'Add a note' }).click();
      await page.getByLabel('What is known').fill(text);
      await page.getByLabel('Your name').fill('נועה <b>');
      await button(page, 'Add the note').click();
      await page.waitForURL(/#inc$/);
      expect(await page.locator('.inc li').first().innerText()).toContain(`נועה <b>, 09:42: ${text}`);
      expect(await page.locator('.now blockquote').innerText()).toContain(text);
      expect(complaints).toEqual([]);
    });

    inBrowser('exclude time, say what is wrong with it, and take it back', async () => {
      const { page, complaints } = await visit('/models/hanging', scripts);
      await page.getByRole('link', { name: 'Exclude time' }).click();
      await page.getByLabel('From (UTC)').fill('2026-11-27T08:00');
      await page.getByLabel('To (UTC)').fill('2026-11-27T07:40');
      await page.getByLabel('Why').fill('our <proxy>');
      await button(page, 'Exclude it').click();
      await page.getByText('From: must be before To.').waitFor();
      expect(await page.getByLabel('Why').inputValue()).toBe('our <proxy>');
      await page.getByLabel('To (UTC)').fill('2026-11-27T08:20');
      await button(page, 'Exclude it').click();
      await page.waitForURL(/\/models\/hanging#exclusions$/);
      expect(await page.locator('#exclusions').innerText()).toMatch(/our <proxy>[^]*08:00 to 08:20/);
      await button(page, 'Take back').click();
      await page.waitForURL(/\/models\/hanging#add$/);
      expect(await page.locator('#exclusions').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    inBrowser('pause and resume it', async () => {
      const { page, complaints } = await visit('/models/healthy', scripts);
      await button(page, 'Pause').click();
      await button(page, 'Resume').waitFor();
      expect(await button(page, 'Check now').count()).toBe(0);
      await button(page, 'Resume').click();
      await button(page, 'Pause').waitFor();
      expect(complaints).toEqual([]);
    });
  });

  describe(`the form of an incident, ${way},`, () => {
    inBrowser('adds a note', async () => {
      const { page, complaints } = await visit('/incidents/35', scripts);
      await page.getByRole('link', { name: 'Add a note' }).click();
      await page.getByLabel('What is known').fill(`Told ${way}`);
      await button(page, 'Add the note').click();
      await page.waitForURL(/#notes$/);
      expect(await page.locator('.notes').innerText()).toContain(`Told ${way}`);
      expect(complaints).toEqual([]);
    });
  });
}

describe('a form with scripts', () => {
  inBrowser('is sent once, however often its button is pressed', async () => {
    const sent = new EventEmitter();
    let checks = 0;
    const checkNow = async (id: string) => {
      checks += 1;
      sent.emit('check');
      await once(sent, 'finish');
      return site().check(id, 0, {}, 'manual');
    };
    const { url } = await site().serve({ backend: { checkNow } });
    const { page, complaints } = await open(`${url}/models/flaky`);
    const first = once(sent, 'check');
    const { x, y } = (await button(page, 'Check now').boundingBox())!;
    await page.mouse.click(x + 9, y + 9);
    await first;
    await page.mouse.click(x + 9, y + 9);
    await page.mouse.click(x + 9, y + 9);
    sent.emit('finish');
    await page.waitForURL(/#checks$/);
    expect(checks).toBe(1);
    expect(complaints).toEqual([]);
  });
});
