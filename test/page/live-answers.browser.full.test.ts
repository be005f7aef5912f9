import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createEventFeed } from '../../src/http/event-feed.js';
import { noon } from '../metrics/sample-view.js';
import { inBrowser, useBrowser } from './browser.js';
import { castView, serveScene } from './model-scene.js';

const { open } = useBrowser();
type Actor = Parameters<typeof castView>[0];

interface Scene {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Changes or adds a model, tells the page, and resolves when the page has the event. */
  becomes(index: number, actor: Actor): Promise<void>;
  /** Answers to the page's own requests, held back until each is called; the oldest first. */
  readonly held: (() => void)[];
  /** Holds answers back from now on. */
  hold(): void;
  /** How often the page has asked for itself. */
  readonly asked: () => number;
  /** Lets time pass for the page, until all its requests are answered or held. */
  pass(ms: number): Promise<void>;
}

/** Counts what the page has received and asked for, and lets a test say that the page is out of sight. */
const watched = `
  globalThis.seen = 0;
  globalThis.waiting = 0;
  globalThis.away = false;
  globalThis.EventSource = class extends EventSource {
    constructor(...parts) {
      super(...parts);
      this.addEventListener('state', () => (globalThis.seen += 1));
    }
  };
  const ask = fetch;
  globalThis.fetch = async (...parts) => {
    globalThis.waiting += 1;
    const response = await ask(...parts);
    const text = await response.text();
    globalThis.waiting -= 1;
    response.text = () => Promise.resolve(text);
    return response;
  };
  Object.defineProperty(document, 'hidden', { get: () => globalThis.away });
`;

/** The overview with live updates, whose time the test sets. */
async function openLive(actors: readonly Actor[]): Promise<Scene> {
  const views = actors.map(castView);
  const events = createEventFeed({ run: 'run', size: 64 });
  const { url } = await serveScene(views, { backend: { events, views: () => views } });
  const { page, complaints } = await open(`${url}/no/such/page`);
  const held: (() => void)[] = [];
  let [holds, asked, told] = [false, 0, 0];
  await page.route(`${url}/**`, async (route) => {
    if (route.request().resourceType() !== 'fetch') return route.continue();
    asked += 1;
    const response = await route.fetch();
    if (holds)
      await new Promise<void>((resolve) => {
        const release = (): void => {
          held.splice(held.indexOf(release), 1);
          resolve();
        };
        held.push(release);
      });
    await route.fulfill({ response });
  });
  await page.addInitScript(watched);
  await page.clock.install();
  await page.goto(url);
  await page.locator('.live:not(.off)').waitFor();
  return {
    ...{ page, complaints, held },
    hold: () => (holds = true),
    asked: () => asked,
    async becomes(index, actor) {
      views[index] = castView(actor, index);
      const change = { state: 'healthy', was: 'unknown', since: noon, reason: 'ok', incident: null } as const;
      events.publish({ kind: 'state', model: actor.id, ...change });
      told += 1;
      while ((await page.evaluate<number>('seen')) < told);
    },
    async pass(ms) {
      await page.clock.runFor(ms);
      while ((await page.evaluate<number>('waiting')) !== held.length);
    },
  };
}

const states = (page: Page): Promise<string[]> => page.locator('[data-row] .st').allInnerTexts();
const all = ['alpha', 'beta', 'gamma'].map((id): Actor => ({ id, team: id === 'gamma' ? 'two' : 'one' }));
const down = (index: number): Actor => ({ ...all[index]!, state: 'unhealthy' });

describe('live updates', () => {
  inBrowser('leave the row in which the reader is, until he goes on', async () => {
    const { page, becomes, pass, complaints } = await openLive(all);
    await page.locator('[data-row] a', { hasText: 'alpha' }).focus();
    await becomes(0, down(0));
    await becomes(1, down(1));
    await pass(3_000);
    await page.locator('[data-row]', { hasText: 'beta' }).locator('.st.u').waitFor();
    expect(await page.evaluate('document.activeElement.innerText')).toBe('alpha');
    expect((await states(page)).filter((text) => text.startsWith('Unhealthy'))).toHaveLength(1);
    await page.locator('[data-row] a', { hasText: 'gamma' }).focus();
    await pass(61_000);
    await page.locator('[data-row]', { hasText: 'alpha' }).locator('.st.u').waitFor();
    expect(complaints).toEqual([]);
  });

  inBrowser('keep what is folded and what is typed when models come and go', async () => {
    const { page, becomes, pass, complaints } = await openLive(all);
    await page.locator('.g summary', { hasText: 'two' }).click();
    await page.getByLabel('Find a model').pressSequentially('a');
    await becomes(3, { id: 'delta', team: 'two' });
    await becomes(4, { id: 'omicron', team: 'one' });
    await pass(3_000);
    await page.locator('[data-row]', { hasText: 'delta' }).waitFor({ state: 'attached' });
    expect(await page.locator('.g', { hasText: 'two' }).getAttribute('open')).toBeNull();
    expect(await page.getByLabel('Find a model').inputValue()).toBe('a');
    expect(await page.evaluate('document.activeElement.name')).toBe('q');
    expect(await page.locator('[data-row]:visible').count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  inBrowser('never show an older answer after a newer one', async () => {
    const { page, becomes, pass, hold, held, asked, complaints } = await openLive(all);
    hold();
    await becomes(0, down(0));
    await pass(3_000);
    await becomes(0, all[0]!);
    await pass(10_000);
    // The newest first, should there be several.
    for (const answer of [...held].reverse()) {
      answer();
      await pass(0);
    }
    await pass(3_000);
    for (const answer of [...held]) answer();
    await pass(0);
    expect(await states(page)).toEqual(all.map(() => expect.stringContaining('Healthy')));
    expect(asked()).toBe(2);
    expect(complaints).toEqual([]);
  });

  inBrowser('do not bring back the filter that the reader has left', async () => {
    const { page, pass, hold, held } = await openLive(all);
    hold();
    const search = page.getByLabel('Find a model');
    await search.fill('alpha');
    await pass(3_000);
    expect(held).toHaveLength(1);
    await search.fill('');
    for (const answer of [...held]) answer();
    await pass(100);
    expect(await page.locator('[data-row]:visible').count()).toBe(3);
  });

  inBrowser('wait while the page is out of sight, and come with it', async () => {
    const { page, becomes, pass, asked } = await openLive(all);
    await page.evaluate('globalThis.away = true');
    await becomes(0, down(0));
    await pass(300_000);
    expect(asked()).toBe(0);
    await page.evaluate(`globalThis.away = false; document.dispatchEvent(new Event('visibilitychange'))`);
    await pass(1_000);
    expect(asked()).toBe(1);
    await page.locator('[data-row] .st.u').waitFor();
  });

  inBrowser('come every two seconds, however many events there are', async () => {
    const { becomes, pass, asked } = await openLive(all);
    for (let round = 0; round < 60; round += 1) {
      await becomes(0, round % 2 === 0 ? down(0) : all[0]!);
      await pass(100);
    }
    expect(asked()).toBeGreaterThanOrEqual(2);
    expect(asked()).toBeLessThanOrEqual(4);
  });
});
